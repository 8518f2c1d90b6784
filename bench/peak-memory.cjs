/** Loaded before a program that is measured: at its end, the most memory that it had (KiB, resident) goes to file descriptor 3. */
const { writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));
