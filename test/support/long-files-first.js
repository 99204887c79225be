'use strict';

const { default: Sequencer } = require('@jest/test-sequencer');

/** Begun last, they would keep one worker busy while the others have nothing left to do. */
const LONG = [
  'e2e/outage',
  'e2e/quota',
  'workflows/long-run',
  'cli/up',
  'clients/official-clients',
  'cli/provision-journey',
  'e2e/provision',
  'e2e/worker-process',
  'cli/command-line',
  'e2e/messages',
];

/** Begins with the files that take longest, also where no earlier run has told which these are. */
module.exports = class LongFilesFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONG.findIndex((name) => path.endsWith(`${name}.test.ts`));
      return index === -1 ? LONG.length : index;
    };
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
