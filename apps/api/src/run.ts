import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from './bootstrap.js';
import { type Environment, loadEnvironment } from './config/environment.js';
import { EnvironmentError } from './config/variables.js';
import { EmbeddedPostgresError } from './database/embedded-postgres.js';
import { type OpenDatabase, openDatabase } from './database/open-database.js';
import { Installation } from './vault/installation.js';
import { KeyError, KeyStoreUnavailableError } from './vault/key-stores/root-key.js';

/** EX_CONFIG of sysexits.h: trying again without a change is of no use. */
const EXIT_CONFIGURATION = 78;
/** EX_TEMPFAIL of sysexits.h: whoever starts the process should try again in a while. */
const EXIT_TRY_AGAIN = 75;

function say(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function isListenRefusal(error: unknown, host: string): boolean {
  const { syscall, hostname } = error as { syscall?: string; hostname?: string };
  return syscall === 'listen' || (syscall === 'getaddrinfo' && hostname === host);
}

const isDatabaseRefusal = (error: unknown): boolean =>
  /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|28|3D|08|53|57P|42501)/.test((error as { code?: string }).code ?? '');

/** What a person can act on is said plainly; anything else with its stack. */
function explainFailure(error: unknown, environment: Environment | undefined): number {
  if (error instanceof EnvironmentError) {
    process.stderr.write(`Latchkey does not start: these settings are wrong.\n${error.message}\n`);
    return EXIT_CONFIGURATION;
  }
  if (error instanceof KeyStoreUnavailableError) {
    process.stderr.write(
      `Latchkey does not start: the key store cannot be reached. ${error.reason}\n` +
        'Nothing is lost; start it again once the store answers.\n',
    );
    return EXIT_TRY_AGAIN;
  }
  if (error instanceof KeyError || error instanceof EmbeddedPostgresError) {
    process.stderr.write(`Latchkey does not start: ${error.message}\n`);
    return EXIT_CONFIGURATION;
  }
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && environment) {
    process.stderr.write(
      `Latchkey does not start: port ${environment.port} on ${environment.host} is in use. Stop what uses it, or set PORT.\n`,
    );
    return EXIT_CONFIGURATION;
  }
  if (environment && isListenRefusal(error, environment.host)) {
    process.stderr.write(
      `Latchkey does not start: it cannot listen on HOST ${environment.host}, PORT ${environment.port}: ${(error as Error).message}\n`,
    );
    return EXIT_CONFIGURATION;
  }
  if (isDatabaseRefusal(error) && environment?.databaseUrl) {
    process.stderr.write(
      `Latchkey does not start: the database of DATABASE_URL cannot be used: ${(error as Error).message}\n`,
    );
    return EXIT_CONFIGURATION;
  }
  process.stderr.write(
    `Latchkey does not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}

function announce(app: NestFastifyApplication, environment: Environment, database: OpenDatabase): void {
  const { keyStore, rootKey } = app.get(Installation);
  const place = keyStore.kind === 'env' ? `the variable ${keyStore.location}` : keyStore.location;
  say([
    '',
    `  Latchkey is ready at ${environment.publicUrl.origin}`,
    `  API documentation    ${environment.publicUrl.origin}/api/docs`,
    `  Data                 ${database.embedded ? `embedded PostgreSQL 18 in ${environment.dataDirectory}` : 'DATABASE_URL'}`,
    `  Root key             ${place} (fingerprint ${rootKey.fingerprint})`,
    '',
    keyStore.availability
      ? '  KEEP THIS KEY, and see that nobody deletes it: without it no credential can ever be opened again.'
      : '  BACK UP THE ROOT KEY, apart from the database: without it no credential can ever be opened again.',
    '',
  ]);
}

/** What is running so far, in the order in which it was started. */
class Running {
  private readonly parts: { close(): Promise<unknown> }[] = [];
  private stopping = false;

  add(part: { close(): Promise<unknown> }): void {
    this.parts.push(part);
  }

  /** No new requests, running ones and jobs end, connections close, the database last. */
  async close(): Promise<void> {
    for (let part = this.parts.pop(); part; part = this.parts.pop()) await part.close();
  }

  /** From the first moment on: a start that is interrupted leaves nothing behind either. */
  stopOnSignals(started: Promise<unknown>): void {
    const stop = async (exitCode: number): Promise<void> => {
      if (this.stopping) return;
      this.stopping = true;
      try {
        await started;
        await this.close();
      } catch (error) {
        new Logger('Shutdown').error(error);
        process.exit(1);
      }
      process.exit(exitCode);
    };
    process.on('SIGINT', () => void stop(0));
    process.on('SIGTERM', () => void stop(0));
    // The starter that holds our channel has ended without a word.
    process.on('disconnect', () => void stop(0));
    process.on('uncaughtException', (error) => {
      new Logger('Process').error(error.stack ?? String(error));
      void stop(1);
    });
  }
}

async function start(running: Running): Promise<void> {
  let environment: Environment | undefined;
  try {
    environment = loadEnvironment(process.env);
    for (const notice of environment.notices) new Logger('Configuration').warn(notice);
    const database = await openDatabase(environment);
    running.add(database);
    const app = await createApplication(environment, database.urls);
    running.add(app);
    await app.listen(environment.port, environment.host);
    announce(app, environment, database);
    process.send?.('ready');
  } catch (error) {
    await running.close();
    process.exit(explainFailure(error, environment));
  }
}

/** What is said is lost then, and nothing else. Unheard, each failure to write would be told of, and fail to be written. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Starts everything, and ends the process when that cannot be done. A signal is answered once the start is through. */
export async function run(): Promise<void> {
  outliveReaders();
  const running = new Running();
  // A step later, so that even what it does before its first wait (making a database takes a second) is covered.
  const started = Promise.resolve().then(() => start(running));
  running.stopOnSignals(started);
  await started;
}
