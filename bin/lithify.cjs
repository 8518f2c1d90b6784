#!/usr/bin/env node
// The SDK announces the Node versions of its future releases on stderr; which release runs here is pinned.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
require('tsx/cjs');
require('../cli/main.ts');
