// Nest on Fastify with no module: what a start is held against.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const ofTheProduct = createRequire(new URL('../apps/api/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(ofTheProduct.resolve(name)).href);
await load('reflect-metadata');
const { NestFactory } = await load('@nestjs/core');
const { FastifyAdapter } = await load('@nestjs/platform-fastify');

class Empty {}
const { Module } = await load('@nestjs/common');
Module({})(Empty);
const app = await NestFactory.create(Empty, new FastifyAdapter(), { logger: false });
app.getHttpAdapter().get('/ready', (_request, reply) => reply.send('ready'));
await app.listen(Number(process.env.PORT), '127.0.0.1');
process.send('ready');
