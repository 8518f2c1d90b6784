/**
 * The runtime inside a worker thread: loads a function's bundle as /var/task/<module>.js and answers one event at a time.
 * Plain CommonJS, because a worker thread loads a file without the host's TypeScript loader.
 *
 * In: { payload: JSON text, context }. Out: { kind: 'ready' | 'log' | 'result' | 'error', text }.
 */
'use strict';
const { builtinModules, createRequire, Module } = require('node:module');
const { parentPort, workerData } = require('node:worker_threads');

const { bundle, module: moduleName, handlerName, resolveFrom } = workerData;

const send = (kind, text) => parentPort.postMessage({ kind, text });

for (const stream of [process.stdout, process.stderr]) {
  // Through the same port as the answers, so that a line cannot arrive after the answer of its event.
  stream.write = (chunk, encoding, done) => {
    send('log', typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) process.nextTick(callback);
    return true;
  };
}

const failure = (thrown, errorType) => {
  const isError = thrown instanceof Error;
  return JSON.stringify({
    errorType: errorType ?? (isError ? thrown.name : typeof thrown),
    errorMessage: isError ? thrown.message : String(thrown),
    trace: isError && thrown.stack ? thrown.stack.split('\n') : [],
  });
};

/** The managed runtime holds Node's own modules and the AWS SDK, and nothing else. */
const managed = createRequire(resolveFrom);
const requireManaged = (name) => {
  if (name.startsWith('node:') || builtinModules.includes(name) || /^@(aws-sdk|smithy)\//.test(name)) return managed(name);
  throw Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- /var/task/${moduleName}.js`), {
    code: 'MODULE_NOT_FOUND',
  });
};

const load = () => {
  const path = `/var/task/${moduleName}.js`;
  const loaded = new Module(path, undefined);
  loaded.filename = path;
  loaded.require = requireManaged;
  loaded._compile(bundle, path);
  const handler = loaded.exports[handlerName];
  if (typeof handler !== 'function') throw new Error(`${moduleName}.${handlerName} is undefined or not exported`);
  return handler;
};

let handler;
try {
  handler = load();
  send('ready', '');
} catch (thrown) {
  const type =
    thrown instanceof SyntaxError
      ? 'Runtime.UserCodeSyntaxError'
      : thrown.code === 'MODULE_NOT_FOUND'
        ? 'Runtime.ImportModuleError'
        : undefined;
  send('unloadable', failure(thrown, type));
}

parentPort.on('message', async ({ payload, context }) => {
  try {
    const deadline = Date.now() + context.timeoutMillis;
    const { timeoutMillis, ...rest } = context;
    const answer = await handler(JSON.parse(payload), {
      ...rest,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    send('result', JSON.stringify(answer === undefined ? null : answer) ?? 'null');
  } catch (thrown) {
    send('error', failure(thrown));
  }
});
