import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { root } from '../support/project';

const SCRIPT = path.join(root, 'scripts', 'prune-image.js');

/** Packages that only the SDK's bundler imports; the script replaces them. */
const BUNDLER_IMPORTS = ['memfs', 'unionfs', 'webpack'];

/** A node_modules in small: path of each file, and its content, where that matters. */
const FILES: Record<string, object | string> = {
  'package.json': { dependencies: { '@temporalio/worker': '1', used: '1', absent: '1' } },
  'node_modules/.bin/webpack': '',
  'node_modules/@temporalio/worker/package.json': {
    name: '@temporalio/worker',
    dependencies: {
      '@swc/core': '1',
      '@temporalio/core-bridge': '1',
      memfs: '1',
      'source-map-loader': '1',
      'swc-loader': '1',
      unionfs: '1',
      webpack: '1',
    },
  },
  'node_modules/@temporalio/worker/lib/index.js': 'exports.bundler = require("webpack");',
  'node_modules/@temporalio/worker/lib/index.d.ts': '',
  'node_modules/@temporalio/worker/lib/index.js.map': '',
  'node_modules/@temporalio/core-bridge/package.json': { name: '@temporalio/core-bridge' },
  'node_modules/@temporalio/core-bridge/common.js': 'exports.getPrebuiltTargetName = () => "this-machine";',
  'node_modules/@temporalio/core-bridge/sdk-core/lib.rs': '',
  'node_modules/@temporalio/core-bridge/releases/this-machine/index.node': '',
  'node_modules/@temporalio/core-bridge/releases/aarch64-unknown-linux-gnu/index.node': '',
  'node_modules/@swc/core/package.json': { name: '@swc/core' },
  'node_modules/source-map-loader/package.json': { name: 'source-map-loader', dependencies: { used: '1' } },
  'node_modules/swc-loader/package.json': { name: 'swc-loader' },
  'node_modules/memfs/package.json': { name: 'memfs', version: '4.1.0', license: 'MIT', main: 'lib/index.js' },
  'node_modules/memfs/lib/index.js': '',
  'node_modules/unionfs/package.json': { name: 'unionfs', version: '4.6.0' },
  'node_modules/webpack/package.json': { name: 'webpack', version: '5.110.0', dependencies: { terser: '1' } },
  'node_modules/webpack/LICENSE': '',
  'node_modules/terser/package.json': { name: 'terser' },
  'node_modules/used/package.json': { name: 'used', dependencies: { deep: '1' }, peerDependencies: { peer: '1' } },
  'node_modules/used/index.js': '',
  'node_modules/used/node_modules/deep/package.json': { name: 'deep', version: '2.0.0' },
  'node_modules/used/node_modules/idle/package.json': { name: 'idle' },
  'node_modules/deep/package.json': { name: 'deep', version: '1.0.0' },
  'node_modules/peer/package.json': { name: 'peer' },
  'node_modules/jest/package.json': { name: 'jest', dependencies: { used: '1' } },
};

const KEPT = [
  'node_modules/@temporalio/core-bridge/common.js',
  'node_modules/@temporalio/core-bridge/package.json',
  'node_modules/@temporalio/worker/lib/index.js',
  'node_modules/@temporalio/worker/package.json',
  'node_modules/memfs/index.js',
  'node_modules/memfs/package.json',
  'node_modules/peer/package.json',
  'node_modules/unionfs/index.js',
  'node_modules/unionfs/package.json',
  'node_modules/used/index.js',
  'node_modules/used/node_modules/deep/package.json',
  'node_modules/used/package.json',
  'node_modules/webpack/LICENSE',
  'node_modules/webpack/index.js',
  'node_modules/webpack/package.json',
  'package.json',
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

describe('prune-image.js', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'provisioning-prune-'));
    for (const [name, content] of Object.entries(FILES)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function prune(...target: string[]): { status: number | null; stderr: string } {
    return spawnSync(process.execPath, [SCRIPT, folder, ...target], { encoding: 'utf8' });
  }

  test('keeps what the dependencies lead to, the bridge of this machine, and no types, maps or tools', () => {
    expect(prune()).toMatchObject({ status: 0, stderr: '' });
    const bridge = 'node_modules/@temporalio/core-bridge/releases/this-machine/index.node';
    expect(filesBelow(folder)).toEqual([...KEPT, bridge].sort());
  });

  test('keeps the bridge of another machine when told to', () => {
    expect(prune('aarch64-unknown-linux-gnu')).toMatchObject({ status: 0, stderr: '' });
    const bridge = 'node_modules/@temporalio/core-bridge/releases/aarch64-unknown-linux-gnu/index.node';
    expect(filesBelow(folder)).toEqual([...KEPT, bridge].sort());
  });

  test('fails where the SDK has no bridge for the machine, rather than the worker later', () => {
    const { status, stderr } = prune('x86_64-unknown-linux-musl');
    expect(status).toBe(1);
    expect(stderr).toContain('has no x86_64-unknown-linux-musl, only aarch64-unknown-linux-gnu, this-machine');
    expect(filesBelow(folder)).toEqual(Object.keys(FILES).sort());
  });

  test('leaves of the bundler what loads, and tells its use', () => {
    prune();
    const load = 'const bundler = require("@temporalio/worker/lib/index.js").bundler;';
    const run = (script: string) => spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
    expect(run(load)).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = run(`${load} bundler.webpack({});`);
    expect(status).toBe(1);
    expect(stderr).toContain('This image runs the workflow bundle that was built into it, and cannot make another');
    expect(JSON.parse(readFileSync(path.join(folder, 'node_modules/memfs/package.json'), 'utf8'))).toEqual({
      name: 'memfs',
      version: '4.1.0',
      license: 'MIT',
      main: 'index.js',
    });
  });
});

test('of the SDK only the bundler imports what the image leaves out', () => {
  const sdk = path.join(root, 'node_modules', '@temporalio');
  const packages = ['activity', 'client', 'common', 'core-bridge', 'envconfig', 'interceptors-opentelemetry'];
  packages.push('nexus', 'plugin', 'proto', 'worker', 'workflow');
  const importers = packages.flatMap((name) =>
    filesBelow(path.join(sdk, name, 'lib')).flatMap((file) => {
      if (!file.endsWith('.js')) return [];
      const text = readFileSync(path.join(sdk, name, 'lib', file), 'utf8');
      const imported = BUNDLER_IMPORTS.filter((one) => text.includes(`require("${one}")`));
      return imported.length > 0 ? [{ file: `${name}/${file}`, imported }] : [];
    }),
  );
  expect(importers).toEqual([
    { file: 'worker/workflow/bundler.js', imported: BUNDLER_IMPORTS },
    { file: 'worker/workflow/bundler/patch-module-cache.js', imported: ['webpack'] },
  ]);
});
