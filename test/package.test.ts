import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort } from '../src/free-port';

import { createWorld, type World } from './e2e/world';
import { launch } from './support/processes';
import { root } from './support/project';

const run = promisify(execFile);

const CONSUMER = `
import { Client, Connection } from '@temporalio/client';
import { ProvisioningClient, workflowId, type FollowInput, type WaitResult } from 'provisioning-worker';
import { createDataConverter, parseEncryptionKeys } from 'provisioning-worker/encryption';
import { FAILURE_TYPES, TASK_QUEUES } from 'provisioning-worker/contract';

export async function provision(input: FollowInput): Promise<string> {
  const connection = await Connection.connect({ address: 'localhost:7233' });
  const dataConverter = createDataConverter(parseEncryptionKeys('…'));
  const client = new ProvisioningClient(new Client({ connection, dataConverter }));
  await client.follow(input);
  const result: WaitResult = await client.waitForOutcome(input.zoneId, input.taskId, { timeoutMs: 1_000 });
  switch (result.kind) {
    case 'ended':
      return result.outcome.phase === 'Failed' ? FAILURE_TYPES.Failed : result.outcome.message;
    case 'waiting':
      return result.snapshot?.phase ?? TASK_QUEUES.provisioning;
    case 'stopped':
      return result.reason;
  }
}

// @ts-expect-error -- an input without a task id
const wrong: FollowInput = { zoneId: 'z-1' };
export const id: string = workflowId(wrong.zoneId, 't-1');
`;

/** Prints the packages and files of ours that a script has loaded. */
const LOADED = `
const names = Object.keys(require.cache).map((file) => file.split(/node_modules[\\\\/]/).at(-1).split(/[\\\\/]/));
const packages = new Set(names.map(([a, b]) => (a.startsWith('@') ? a + '/' + b : a)));
const ours = names.filter(([a]) => a === 'provisioning-worker').map((parts) => parts.slice(3).join('/')).sort();
console.log(JSON.stringify({ packages: [...packages], ours }));
`;

const ZONE = 'z-package';

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('the package, packed and installed into an empty project', () => {
  let app: string;
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
    app = await mkdtemp(path.join(tmpdir(), 'provisioning-consumer-'));
    // Built by "npm test" already; building it here would pull dist/ from under the other tests.
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', app], { cwd: root });
    const [tarball = ''] = (await readdir(app)).filter((name) => name.endsWith('.tgz'));
    await writeFile(path.join(app, 'package.json'), '{"name": "consumer", "private": true}');
    const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
    await run('npm', ['install', ...options, `./${tarball}`], { cwd: app });
  }, 180_000);

  afterAll(async () => {
    await world.close();
    await rm(app, { recursive: true, force: true });
  });

  const installed = (...parts: string[]): string => path.join(app, 'node_modules', 'provisioning-worker', ...parts);

  /** Runs the installed worker until it has followed a task, asks for its health as its image does, and drains it. */
  async function followWithInstalledWorker(taskId: string): Promise<void> {
    world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    await world.client.follow({ zoneId: ZONE, taskId });
    const address = { PROVISIONING_HTTP_ADDRESS: `127.0.0.1:${await freePort()}` };
    const worker = await world.startWorker(address, installed('dist', 'src', 'worker.js'));
    await expect(world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 50_000 })).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Succeeded', polls: 2 },
    });
    const health = launch(installed('bin', 'provisioning.js'), ['health', '--live'], address);
    expect((await health.ended).code).toBe(0);
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  }

  async function node(...args: string[]): Promise<string> {
    return (await run(process.execPath, args, { cwd: app })).stdout;
  }

  async function loadedBy(specifier: string): Promise<{ packages: string[]; ours: string[] }> {
    const script = `require('${specifier}');${LOADED}`;
    return JSON.parse(await node('-e', script)) as { packages: string[]; ours: string[] };
  }

  test('the client loads neither the worker’s code nor the native SDK', async () => {
    const { packages, ours } = await loadedBy('provisioning-worker');
    const parts = [
      'batch-client.js',
      'client.js',
      'follow-list.js',
      'operator-texts.js',
      'temporal-calls.js',
      'waiting.js',
    ];
    expect(ours.filter((file) => !file.startsWith('contract/')).sort()).toEqual(parts);
    expect(packages).toContain('@temporalio/client');
    const heavy = ['@temporalio/worker', '@temporalio/core-bridge', '@temporalio/workflow', '@temporalio/activity'];
    expect(packages.filter((name) => heavy.includes(name) || name === 'undici' || name === 'commander')).toEqual([]);
  });

  test('the contract loads nothing but itself', async () => {
    const { packages, ours } = await loadedBy('provisioning-worker/contract');
    expect(packages).toEqual(['provisioning-worker']);
    expect(ours.filter((file) => !file.startsWith('contract/'))).toEqual([]);
  });

  test('the encryption loads neither the worker’s code nor the native SDK', async () => {
    const { packages, ours } = await loadedBy('provisioning-worker/encryption');
    expect(ours.filter((file) => !/^(encryption|config)\//.test(file))).toEqual([]);
    expect(packages).toContain('@temporalio/common');
    const heavy = ['@temporalio/worker', '@temporalio/core-bridge', '@temporalio/client', '@temporalio/workflow'];
    expect(packages.filter((name) => heavy.includes(name) || name === 'undici' || name === 'commander')).toEqual([]);
  });

  test('an ES module imports the client by name', async () => {
    const script = `import { ProvisioningClient, workflowId } from 'provisioning-worker';
      import { createDataConverter } from 'provisioning-worker/encryption';
      console.log(typeof ProvisioningClient, workflowId('z-1', 't-1'), typeof createDataConverter);`;
    expect(await node('--input-type=module', '-e', script)).toBe('function provisioning-task/z-1/t-1 function\n');
  });

  test('a service in strict TypeScript type-checks against it', async () => {
    await writeFile(path.join(app, 'consumer.ts'), CONSUMER);
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'node16',
      '--target',
      'es2022',
      '--exactOptionalPropertyTypes',
    ];
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    // Of the SDK's own declarations some do not pass on their own.
    await expect(node(tsc, ...options, '--skipLibCheck', 'consumer.ts')).resolves.toBe('');
  });

  test('a worker finds every bundle of the workflows', async () => {
    const file = path.join(app, 'node_modules', 'provisioning-worker', 'dist', 'src', 'workflow-bundle.js');
    const script = `const { BUNDLE_VARIANTS, findWorkflowBundle } = require(${JSON.stringify(file)});
      for (const variant of BUNDLE_VARIANTS) console.log(require('node:path').basename(findWorkflowBundle(variant).codePath));`;
    expect((await node('-e', script)).split('\n')).toEqual([
      'workflow-bundle.js',
      'workflow-bundle.traced.js',
      'workflow-bundle.encrypted.js',
      'workflow-bundle.traced-encrypted.js',
      '',
    ]);
  });

  test('the command runs', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await node(installed('bin', 'provisioning.js'), '--version')).toBe(`${version}\n`);
  });

  test('the worker follows a task with its own bundle of the workflows', async () => {
    await followWithInstalledWorker('t-installed');
  });

  // Last, since it takes away what a worker does not need.
  describe('pruned as for the image', () => {
    let sizeBefore: number;

    beforeAll(async () => {
      sizeBefore = await bytesBelow(path.join(app, 'node_modules'));
      await run(process.execPath, [path.join(root, 'scripts', 'prune-image.js'), app]);
    }, 60_000);

    test('is less than a third of its size: one bridge to the native SDK, and no bundler', async () => {
      const bridges = path.join(app, 'node_modules', '@temporalio', 'core-bridge', 'releases');
      expect(await readdir(bridges)).toHaveLength(1);
      expect((await bytesBelow(path.join(app, 'node_modules'))) / sizeBefore).toBeLessThan(1 / 3);
    });

    test('loads every module of the worker and of the command', async () => {
      const files = (await readdir(installed('dist', 'src'), { recursive: true })).filter(
        // The workflows are loaded from their bundle, and cli/main.js runs the command line.
        (file) => file.endsWith('.js') && !file.startsWith(`workflows${path.sep}`) && !file.endsWith('main.js'),
      );
      expect(files.length).toBeGreaterThan(100);
      const script = `for (const file of ${JSON.stringify(files)}) require(process.argv[1] + file);`;
      expect(await node('-e', script, installed('dist', 'src') + path.sep)).toBe('');
    });

    test('follows a task', async () => {
      await followWithInstalledWorker('t-pruned');
    });
  });
});
