// Plain JavaScript without dependencies: this runs before anything is installed or compiled.
'use strict';

const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const npmStamp = path.join(root, 'node_modules', '.install-stamp');
const buildStamp = path.join(root, 'dist', '.build-stamp');

/** Lists the files under the given paths (relative to the project), sorted; missing paths are skipped. */
function listFiles(relativePaths) {
  const files = [];
  const visit = (file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) fs.readdirSync(file).forEach((name) => visit(path.join(file, name)));
    else if (stat) files.push(file);
  };
  relativePaths.forEach((relative) => visit(path.join(root, relative)));
  return files.sort();
}

/** Hashes names and contents, so that a checkout or `touch` alone never causes a rebuild. */
function hashFiles(relativePaths) {
  const hash = createHash('sha256');
  for (const file of listFiles(relativePaths)) {
    hash.update(path.relative(root, file)).update('\0').update(fs.readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function readStamp(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Runs a command in the project folder. Its output goes to stderr, so stdout stays free for the caller's result. */
function run(command, args) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error) throw new Error(`${command} could not be started: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed (${signal ?? `exit code ${status}`})`);
}

function isInstalled() {
  if (!fs.existsSync(path.join(root, 'node_modules', 'typescript', 'package.json'))) return false;
  const lockFile = path.join(root, 'package-lock.json');
  if (!fs.existsSync(lockFile)) return true;
  const stamp = readStamp(npmStamp);
  if (stamp !== undefined) return stamp === hashFiles(['package-lock.json']);
  // Installed by hand: npm writes this file last, so it is older than the lock only when the lock changed afterwards.
  const installed = fs.statSync(path.join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= fs.statSync(lockFile).mtimeMs;
}

/** Installs the dependencies when they are missing or do not match package-lock.json. */
function install() {
  if (isInstalled()) return;
  process.stderr.write('Installing dependencies...\n');
  try {
    run('npm', ['ci', '--no-audit', '--no-fund']);
  } catch (error) {
    process.stderr.write(`${error.message}; trying npm install\n`);
    run('npm', ['install', '--no-audit', '--no-fund']);
  }
  fs.writeFileSync(npmStamp, hashFiles(['package-lock.json']));
}

/** Tells whether a worker would take each bundle: a rebuild must mend whatever it refuses. */
function hasBundles() {
  try {
    const { BUNDLE_VARIANTS, findWorkflowBundle } = require(path.join(root, 'dist', 'src', 'workflow-bundle.js'));
    for (const variant of BUNDLE_VARIANTS) findWorkflowBundle(variant, root);
    return true;
  } catch {
    return false;
  }
}

/** Compiles into dist/ and bundles the workflows when a source changed since the last successful build. */
function build() {
  const stamp = hashFiles([
    'src',
    'emulator',
    'scripts',
    'bench',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]);
  if (readStamp(buildStamp) === stamp && hasBundles()) return;
  process.stderr.write('Building...\n');
  // A fresh folder: files of deleted sources must not survive.
  fs.rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  run(process.execPath, [path.join('dist', 'scripts', 'bundle-workflows.js')]);
  fs.writeFileSync(buildStamp, stamp);
}

/** Makes the project runnable: dependencies installed, dist/ and the workflow bundle up to date. */
function ready() {
  install();
  build();
}

module.exports = { ready, install, build, root };

if (require.main === module) {
  try {
    ready();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
