'use strict';

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const path = require('node:path');
const { ready, root } = require('./ready.js');

try {
  ready();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

const child = spawn(
  process.execPath,
  [path.join(root, 'bin', 'provisioning.js'), 'up', ...process.argv.slice(2)],
  // A group of its own: Ctrl-C in a terminal then reaches the child once, through the handlers below, not twice.
  { stdio: 'inherit', detached: process.platform !== 'win32' },
);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
});
