'use strict';

/** For the tests of `npm run test:cluster` that kill what they run on; `npm test` leaves them out. */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/cluster/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
