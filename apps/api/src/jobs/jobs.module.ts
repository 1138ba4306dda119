import { type DynamicModule, Module } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { DatabaseUrls } from '../database/migrate.js';
import { JobQueue, startBoss } from './job-queue.js';

@Module({})
export class JobsModule {
  static connect(urls: DatabaseUrls): DynamicModule {
    return {
      module: JobsModule,
      global: true,
      providers: [
        {
          provide: JobQueue,
          inject: [Environment],
          useFactory: async (environment: Environment) =>
            new JobQueue(await startBoss(urls.app, environment.runsJobs), environment.runsJobs),
        },
      ],
      exports: [JobQueue],
    };
  }
}
