const unit = require('./jest.config.cjs');

module.exports = {
  ...unit,
  testMatch: ['<rootDir>/tests/faults/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 480_000,
  maxWorkers: 1,
};
