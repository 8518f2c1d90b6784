const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Before a run: the folder in which its test files share the captured graphs (tests/graphs.ts). */
module.exports = async () => {
  // The SDK announces the Node versions of its future releases on stderr.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  process.env.LITHIFY_TEST_GRAPHS = mkdtempSync(join(tmpdir(), 'lithify-graphs-'));
};

/** After it. */
module.exports.teardown = async () => rmSync(process.env.LITHIFY_TEST_GRAPHS, { recursive: true, force: true });
