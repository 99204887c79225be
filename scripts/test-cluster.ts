import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';

import { Connection } from '@temporalio/client';

import { packageFolder } from '../src/package-folder';
import { messageOf } from '../src/sentences';

import { prepareMaterials, secondsSince, startCluster, type Cluster, type Materials } from './cluster/cluster';
import { CannotRunError } from './cluster/prerequisites';
import { SHARED_SERVER_VARIABLE, SHORT_RUNS } from './cluster/shared-server';

/** Exit code when something that the job needs is not on this machine. */
const CANNOT_RUN = 3;
const SUITE = path.join('test', 'e2e');
/** Of test files: the cluster needs more than a dev server does. */
const AT_ONCE = 2;
const PAGE_SIZE = 1_000;

/**
 * Runs the end-to-end suite against a Temporal server that is built from its Go module and runs on PostgreSQL as in
 * docker-compose.yml; then the tests that kill both in mid-follow. Arguments go to jest, for the suite.
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
  const killsBegunAt = performance.now();
  const areKillsRight = await runJest(['--config', 'jest.cluster.config.js'], {}, signal);
  say(`Kills: ${areKillsRight ? 'passed' : 'FAILED'}, ${secondsSince(killsBegunAt)} s`);
  say(`All: ${secondsSince(begunAt)} s`);
  return isSuiteRight && areKillsRight ? 0 : 1;
}

async function runSuite(materials: Materials, signal: AbortSignal, jestArgs: readonly string[]): Promise<boolean> {
  const startedAt = performance.now();
  const cluster = await startCluster({ ...materials, namespaceSettings: SHORT_RUNS, report: say });
  try {
    signal.throwIfAborted();
    say(`Cluster at ${cluster.address}: started in ${secondsSince(startedAt)} s`);
    const begunAt = performance.now();
    const isRight = await runJest(
      [SUITE, `--maxWorkers=${AT_ONCE}`, ...jestArgs],
      { [SHARED_SERVER_VARIABLE]: cluster.address },
      signal,
    );
    say(`End-to-end suite: ${isRight ? 'passed' : 'FAILED'}, ${secondsSince(begunAt)} s`);
    return isRight && (jestArgs.length > 0 || (await everyFileUsed(cluster)));
  } finally {
    await cluster.stop();
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
  const child = spawn(process.execPath, [jest, ...args], {
    cwd: packageFolder(),
    env: { ...process.env, ...more },
    stdio: 'inherit',
  });
  const kill = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', kill);
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } finally {
    signal.removeEventListener('abort', kill);
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
