import { ConsoleLogger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { SystemClock } from '../common/clock.js';
import { loadEnvironment } from '../config/environment.js';
import { joinDatabase } from '../database/open-database.js';

/** The application without its server, beside a running one or alone. */
export interface Session {
  app: INestApplicationContext;
  close(): Promise<void>;
}

/**
 * What a start logs of itself is no part of a command's answer; failures are told by whoever runs the command. What is
 * wrong with a key store is said while it is waited for.
 */
class QuietLogger extends ConsoleLogger {
  constructor(private readonly tell: (text: string) => void) {
    super({ logLevels: ['error', 'fatal'], colors: false });
  }

  override warn(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === 'Keys') this.tell(`${String(message)}\n`);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== 'ExceptionHandler') super.error(message, ...rest);
  }
}

/** @param tell takes what is said before there is an answer. */
export async function openSession(source: NodeJS.ProcessEnv, tell: (text: string) => void): Promise<Session> {
  // Nothing runs here by itself: jobs and ticks are for the server.
  const environment = loadEnvironment({ ...source, LATCHKEY_ROLE: 'api' });
  const database = await joinDatabase(environment);
  try {
    const app = await NestFactory.createApplicationContext(
      AppModule.with(environment, database.urls, new SystemClock()),
      { abortOnError: false, logger: new QuietLogger(tell) },
    );
    const close = async (): Promise<void> => {
      await app.close();
      await database.close();
    };
    return { app, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}
