import { type DynamicModule, Logger, Module } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type ObjectLiteral } from 'typeorm';
import { ChangeFeed, ListenUrl } from './change-feed.js';
import { ClockSynchronization } from './clock-synchronization.js';
import { Database } from './database.js';
import type { DatabaseUrls } from './migrate.js';
import { PIPELINED } from './pipelined-client.js';
import { TenantPipeline } from './tenant-pipeline.js';

/** The pool's size is the bound on transactions at once; a request waits for its turn. */
const APP_CONNECTIONS = 20;
const SYSTEM_CONNECTIONS = 3;

@Module({})
export class DatabaseModule {
  static connect(urls: DatabaseUrls, entities: (new () => ObjectLiteral)[]): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: DataSource,
          useFactory: () =>
            new DataSource({
              type: 'postgres',
              url: urls.app,
              entities,
              applicationName: 'latchkey',
              poolSize: APP_CONNECTIONS,
              extra: PIPELINED,
              connectTimeoutMS: 10_000,
              poolErrorHandler: (error: Error) =>
                new Logger('Database').warn(`A connection ended: ${error.message}`),
            }).initialize(),
        },
        {
          provide: pg.Pool,
          useFactory: () => {
            const pool = new pg.Pool({
              connectionString: urls.system,
              max: SYSTEM_CONNECTIONS,
              application_name: 'latchkey system',
            });
            pool.on('error', (error) => new Logger('Database').warn(`A connection ended: ${error.message}`));
            return pool;
          },
        },
        {
          provide: Database,
          inject: [DataSource, pg.Pool],
          useFactory: (source: DataSource, system: pg.Pool) =>
            new Database(source, system, new TenantPipeline(urls.app)),
        },
        { provide: ListenUrl, useValue: new ListenUrl(urls.listen) },
        ChangeFeed,
        ClockSynchronization,
      ],
      exports: [ChangeFeed, Database],
    };
  }
}
