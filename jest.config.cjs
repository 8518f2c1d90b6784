const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }];

/** Unit, property, graph and flow tests. The slow matrices live in tests/faults and have a configuration of their own. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/tests/faults/', '<rootDir>/tests/pulumi/'],
  transform: { '^.+\\.tsx?$': swc, 'node_modules/@faker-js/.+\\.js$': swc },
  transformIgnorePatterns: ['/node_modules/(?!@faker-js/)'],
  globalSetup: '<rootDir>/tests/graphs-setup.cjs',
  globalTeardown: '<rootDir>/tests/graphs-teardown.cjs',
  testTimeout: 180_000,
  // Flow tests wait for their engine and their functions as often as they compute.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB',
};
