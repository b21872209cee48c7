const common = {
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          target: 'es2022',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // node-rdkafka is a native addon that one process can load only once; the environment hands every test file the same copy.
  testEnvironment: '<rootDir>/test/support/native-environment.cjs',
  moduleNameMapper: { '^node-rdkafka$': '<rootDir>/test/support/rdkafka-singleton.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
};

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      moduleNameMapper: {
        ...common.moduleNameMapper,
        ...(process.env.PROPERTY_RUNS === undefined ? {} : { '^fast-check$': '<rootDir>/test/support/fewer-runs.mjs' }),
      },
      testMatch: [
        '<rootDir>/{connectors,console,dashboards,lending,migration,models,pipelines,platform,schedules,tools}/**/*.test.ts',
        '<rootDir>/test/{docs,generators,vectors,support}/**/*.test.ts',
      ],
      // The tutorial is followed on a whole hub.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/docs/tutorial.test.ts'],
    },
    {
      ...common,
      displayName: 'stack',
      testMatch: [
        '<rootDir>/test/{integration,acceptance,chaos,browser}/**/*.test.ts',
        '<rootDir>/test/docs/tutorial.test.ts',
      ],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
  ],
  testTimeout: 120_000,
  maxWorkers: 2,
};
