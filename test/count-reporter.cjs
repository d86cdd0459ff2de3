// mocha's own list of results, and their counts as JSON in the file that TEST_COUNTS names.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CountReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.TEST_COUNTS;
      if (file) writeFileSync(file, JSON.stringify(this.stats));
    });
  }
};
