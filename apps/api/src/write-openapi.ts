import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { applyConventions, createAdapter } from './bootstrap.js';
import { SystemClock } from './common/clock.js';
import { CHECKOUT } from './config/data-directory.js';
import { loadEnvironment } from './config/environment.js';
import { writeDocument } from './openapi.js';

// `preview` looks at the modules without making anything: no database, no key, no port.
const environment = loadEnvironment({});
const nowhere = { owner: '', app: '', system: '', listen: '' };
const app = await NestFactory.create(
  AppModule.with(environment, nowhere, new SystemClock()),
  createAdapter(environment),
  {
    preview: true,
    logger: ['error'],
  },
);
applyConventions(app);
await writeFile(join(CHECKOUT, 'openapi.json'), `${JSON.stringify(writeDocument(app), null, 2)}\n`);
