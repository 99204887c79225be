import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, constants, tmpdir } from 'node:os';
import path from 'node:path';

import { Connection } from '@temporalio/client';

import { killWithThisProcess } from '../src/dev/watchdog';
import { packageFolder } from '../src/package-folder';
import { messageOf } from '../src/sentences';

import { prepareMaterials, secondsSince, startCluster, type Cluster, type Materials } from './cluster/cluster';
import { CannotRunError } from './cluster/prerequisites';
import { preparedSettings, SHARED_SERVER_VARIABLE } from './cluster/shared-server';

/** Exit code when something that the job needs is not on this machine. */
const CANNOT_RUN = 3;
const SUITE = path.join('test', 'e2e');
/** Test files at once: each has processes of its own, and all share the cores with the cluster. */
const AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2));
/** Of a test that sets none itself. */
const TEST_TIMEOUT_MS = 180_000;
const PAGE_SIZE = 1_000;

/**
 * Runs the end-to-end suite against a Temporal server that is built from its Go module and runs on PostgreSQL as in
 * docker-compose.yml; then the tests that kill both in mid-follow. Arguments go to jest instead of the suite's folder.
 */
async function main(signal: AbortSignal, jestArgs: readonly string[]): Promise<number> {
  const begunAt = performance.now();
  const materials = await prepareMaterials(signal);
  const { prerequisites, build } = materials;
  say(`Temporal's server ${build.version}, built with ${prerequisites.goVersion}: ${secondsSince(begunAt)} s`);
  say(`${prerequisites.postgres.version}; ${prerequisites.temporalCli}`);

  const isSuiteRight = await runSuite(materials, signal, jestArgs);
  signal.throwIfAborted();
  say('The server and the database are killed under running follows');
  const areKillsRight = await runKills(signal);
  say(`All: ${secondsSince(begunAt)} s`);
  return isSuiteRight && areKillsRight ? 0 : 1;
}

async function runSuite(materials: Materials, signal: AbortSignal, jestArgs: readonly string[]): Promise<boolean> {
  const startedAt = performance.now();
  const cluster = await startCluster({ ...materials, namespaceSettings: preparedSettings(), report: say });
  try {
    signal.throwIfAborted();
    say(`Cluster at ${cluster.address}: started in ${secondsSince(startedAt)} s`);
    const begunAt = performance.now();
    const isRight = await runJest(
      [`--maxWorkers=${AT_ONCE}`, `--testTimeout=${TEST_TIMEOUT_MS}`, ...(jestArgs.length > 0 ? jestArgs : [SUITE])],
      { [SHARED_SERVER_VARIABLE]: cluster.address },
      signal,
    );
    signal.throwIfAborted();
    say(`End-to-end suite: ${isRight ? 'passed' : 'FAILED'}, ${secondsSince(begunAt)} s`);
    return isRight && (jestArgs.length > 0 || (await everyFileUsed(cluster)));
  } finally {
    await cluster.stop();
  }
}

async function runKills(signal: AbortSignal): Promise<boolean> {
  const begunAt = performance.now();
  // The tests start a cluster of their own: its files must go even when they are interrupted.
  const folder = await mkdtemp(path.join(tmpdir(), 'provisioning-kills-'));
  await chmod(folder, 0o755);
  try {
    const isRight = await runJest(['--config', 'jest.cluster.config.js'], { TMPDIR: folder }, signal);
    signal.throwIfAborted();
    say(`Kills: ${isRight ? 'passed' : 'FAILED'}, ${secondsSince(begunAt)} s`);
    return isRight;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
  }
}

/** A file that started a server of its own proves nothing about the cluster; each namespace tells which made it. */
async function everyFileUsed({ address }: Cluster): Promise<boolean> {
  const connection = await Connection.connect({ address });
  try {
    const { namespaces } = await connection.workflowService.listNamespaces({ pageSize: PAGE_SIZE });
    const used = new Set(namespaces.map(({ namespaceInfo }) => namespaceInfo?.description));
    const names = await readdir(path.join(packageFolder(), SUITE));
    const files = names.filter((name) => name.endsWith('.test.ts')).map((name) => path.join(SUITE, name));
    const others = files.filter((file) => !used.has(file));
    if (others.length > 0) say(`These did not use the cluster: ${others.join(', ')}`);
    else say(`All ${files.length} files of ${SUITE} used the cluster`);
    return others.length === 0;
  } finally {
    await connection.close();
  }
}

async function runJest(args: readonly string[], more: Record<string, string>, signal: AbortSignal): Promise<boolean> {
  const jest = path.join('node_modules', 'jest', 'bin', 'jest.js');
  // A group of its own: told to end, jest leaves its processes and theirs behind, which the group takes along.
  const child = spawn(process.execPath, [jest, ...args], {
    cwd: packageFolder(),
    env: { ...process.env, ...more },
    stdio: 'inherit',
    detached: true,
  });
  const exited = once(child, 'exit');
  await once(child, 'spawn');
  const group = -(child.pid ?? 0);
  const release = killWithThisProcess(group);
  const end = (): void => void process.kill(group, 'SIGKILL');
  signal.addEventListener('abort', end);
  try {
    const [code] = (await exited) as [number | null];
    return code === 0;
  } finally {
    signal.removeEventListener('abort', end);
    release();
  }
}

function say(line: string): void {
  process.stderr.write(`> ${line}\n`);
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    process.exitCode = 128 + constants.signals[name];
    stop.abort(new Error(`stopped by ${name}`));
  });
}

main(stop.signal, process.argv.slice(2)).then(
  (code) => {
    process.exitCode ??= code;
  },
  (error: unknown) => {
    if (error instanceof CannotRunError) say(`Cannot run: ${error.message}`);
    else
      say(stop.signal.aborted ? messageOf(stop.signal.reason) : String(error instanceof Error ? error.stack : error));
    process.exitCode ??= error instanceof CannotRunError ? CANNOT_RUN : 1;
  },
);
