const { basename } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** What takes longest, first: two workers then end at about the same time, on a fresh checkout too. */
const LONGEST = ['crash-matrix', 'interleavings', 'crash-pairs', 'model', 'crash-rebuild', 'concurrency', 'late-and-duplicates'];

class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONGEST.indexOf(basename(path, '.test.ts'));
      return index === -1 ? LONGEST.length : index;
    };
    return [...tests].sort((left, right) => rank(left) - rank(right) || (left.path < right.path ? -1 : 1));
  }
}

module.exports = LongestFirst;
