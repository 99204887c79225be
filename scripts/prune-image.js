// node scripts/prune-image.js [folder] [target]
// Plain JavaScript without dependencies: the image's build runs it on what is left of node_modules.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const CORE_BRIDGE = path.join('@temporalio', 'core-bridge');
/** What the native bridge needs at run time; the rest is the source that it was built from. */
const OF_CORE_BRIDGE = new Set(['common.js', 'index.js', 'lib', 'package.json', 'releases']);

/**
 * What the SDK's worker bundles workflows with. It imports these when it is loaded and uses them when it bundles, which
 * an image with a bundle of its own never does.
 */
const BUNDLER_IMPORTS = ['webpack', 'memfs', 'unionfs'];
/** Loaders that the bundler hands to webpack by name. */
const BUNDLER_LOADERS = ['@swc/core', 'swc-loader', 'source-map-loader'];

/** Declarations, sources and source maps, which Node does not load. */
const NOT_LOADED = /\.(?:[cm]?ts|map)$/;

const STUB = `'use strict';
module.exports = new Proxy({}, {
  get(_, name) {
    // The compiled import asks for it.
    if (name === '__esModule') return true;
    throw new Error('This image runs the workflow bundle that was built into it, and cannot make another: NAME was left out');
  },
});
`;

/**
 * Takes out of node_modules what a worker with a prebuilt workflow bundle never loads.
 *
 * @param {string} folder - has package.json and node_modules
 * @param {string} [target] - of the native bridge, e.g. `aarch64-unknown-linux-gnu`; default: that of this machine
 */
function pruneImage(folder, target = targetOfThisMachine(folder)) {
  const modules = path.join(folder, 'node_modules');
  pruneCoreBridge(path.join(modules, CORE_BRIDGE), target);
  for (const name of BUNDLER_IMPORTS) replaceByStub(path.join(modules, name), name);
  const kept = reachable(folder);
  for (const found of packagesIn(modules)) if (!kept.has(found)) remove(found);
  for (const scope of foldersIn(modules)) if (fs.readdirSync(scope).length === 0) remove(scope);
  remove(path.join(modules, '.bin'));
  removeFiles(modules, (name) => NOT_LOADED.test(name));
}

function targetOfThisMachine(folder) {
  return require(path.join(folder, 'node_modules', CORE_BRIDGE, 'common.js')).getPrebuiltTargetName();
}

function pruneCoreBridge(bridge, target) {
  const releases = path.join(bridge, 'releases');
  const known = fs.readdirSync(releases);
  // Else the worker would find out at its start.
  if (!known.includes(target)) throw new Error(`${releases} has no ${target}, only ${known.join(', ')}`);
  for (const name of known) if (name !== target) remove(path.join(releases, name));
  for (const name of fs.readdirSync(bridge)) if (!OF_CORE_BRIDGE.has(name)) remove(path.join(bridge, name));
}

function replaceByStub(folder, name) {
  const { version, license } = readPackage(folder);
  for (const entry of fs.readdirSync(folder)) {
    if (!/^licen[cs]e/i.test(entry)) remove(path.join(folder, entry));
  }
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version, license, main: 'index.js' }));
  fs.writeFileSync(path.join(folder, 'index.js'), STUB.replace('NAME', name));
}

/** Lists the folders of the packages that the dependencies lead to, as Node resolves them. */
function reachable(root) {
  const kept = new Set();
  const visit = (folder) => {
    if (kept.has(folder)) return;
    kept.add(folder);
    for (const name of dependenciesOf(readPackage(folder))) {
      const found = resolvePackage(name, folder, root);
      if (found) visit(found);
    }
  };
  visit(root);
  return kept;
}

function dependenciesOf({ name, dependencies, optionalDependencies, peerDependencies }) {
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  return name === '@temporalio/worker' ? names.filter((one) => !BUNDLER_LOADERS.includes(one)) : names;
}

/** An optional or peer dependency may not be there. */
function resolvePackage(name, from, root) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (fs.existsSync(path.join(found, 'package.json'))) return found;
    if (folder === root) return undefined;
  }
}

/** Lists the folders of all packages of a node_modules, those inside of others last. */
function packagesIn(modules) {
  const folders = foldersIn(modules).flatMap((folder) =>
    path.basename(folder).startsWith('@') ? foldersIn(folder) : [folder],
  );
  return [
    ...folders,
    ...folders.flatMap((folder) => {
      const inner = path.join(folder, 'node_modules');
      return fs.existsSync(inner) ? packagesIn(inner) : [];
    }),
  ];
}

function foldersIn(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== '.bin')
    .map((entry) => path.join(folder, entry.name));
}

function removeFiles(folder, isUnwanted) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) removeFiles(file, isUnwanted);
    else if (isUnwanted(entry.name)) fs.rmSync(file);
  }
}

function remove(file) {
  fs.rmSync(file, { recursive: true, force: true });
}

function readPackage(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

const [folder = path.resolve(__dirname, '..'), target] = process.argv.slice(2);
try {
  pruneImage(path.resolve(folder), target);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
