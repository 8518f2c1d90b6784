const unit = require('./jest.config.cjs');

module.exports = {
  ...unit,
  testMatch: ['<rootDir>/tests/faults/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
  testSequencer: '<rootDir>/tests/faults/longest-first.cjs',
  // All of the matrices write into one document, one after another.
  maxWorkers: process.env.LITHIFY_FAULTS === 'all' ? 1 : 2,
};
