'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ready, root } = require('./ready.js');

const jestArgs = process.argv.slice(2);
const failures = [];

/** Runs one step of the check; a failing step is remembered and the next one still runs. */
function step(title, binary, args) {
  process.stderr.write(`> ${title}\n`);
  const { status } = spawnSync(process.execPath, [path.join(root, 'node_modules', binary), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) failures.push(title);
}

try {
  ready();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  failures.push('build');
}

step('type check', 'typescript/bin/tsc', ['--noEmit']);
step('eslint', 'eslint/bin/eslint.js', ['.']);
step('prettier', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);

const reportFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'provisioning-test-'));
const reportFile = path.join(reportFolder, 'report.json');
let report;
try {
  step('jest', 'jest/bin/jest.js', ['--json', `--outputFile=${reportFile}`, ...jestArgs]);
  report = JSON.parse(fs.readFileSync(reportFile, 'utf8'));
} catch (error) {
  process.stderr.write(`jest wrote no report: ${error.message}\n`);
} finally {
  fs.rmSync(reportFolder, { recursive: true, force: true });
}

const passed = report?.numPassedTests ?? 0;
// A suite that cannot be loaded has no tests to count, yet must not look like success.
const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);

if (failures.length > 0) process.stderr.write(`Failed: ${failures.join(', ')}\n`);
if (passed + failed === 0) process.stderr.write('No test ran.\n');
process.exitCode = failures.length > 0 || failed > 0 || passed + failed === 0 ? 1 : 0;
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
