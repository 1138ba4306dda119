const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { swcrc: false, configFile: new URL('./.swcrc', import.meta.url).pathname }],
  },
  moduleNameMapper: {
    '^@latchkey/catalogue$': '<rootDir>/libs/catalogue/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};

/** Unit specs stand beside the code; integration specs start the whole app on a real PostgreSQL. */
export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      rootDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
      testMatch: [
        '<rootDir>/apps/api/src/**/*.spec.ts',
        '<rootDir>/apps/web/src/**/*.spec.ts',
        '<rootDir>/libs/*/src/**/*.spec.ts',
      ],
    },
    {
      ...shared,
      displayName: 'integration',
      rootDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
      testMatch: ['<rootDir>/apps/api/test/**/*.int-spec.ts'],
      globalSetup: '<rootDir>/apps/api/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/apps/api/test/support/global-teardown.mjs',
    },
  ],
  maxWorkers: 2,
  // Modules of a test file that is through stay in memory: a worker that has grown begins anew.
  workerIdleMemoryLimit: '1GB',
  // Hashing passwords is slow on purpose, a whole product with its database starts in some, and a busy machine is slower.
  testTimeout: 120_000,
};
