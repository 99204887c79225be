import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { Client, Connection } from '@temporalio/client';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../emulator';
import { BatchClient, ProvisioningClient } from '../src/client';
import { startDevServer, type DevServer } from '../src/dev/dev-server';
import { findTemporalCli } from '../src/dev/temporal-binaries';
import { freePort } from '../src/free-port';
import { WORKER_IS_POLLING } from '../src/sentences';

import { ROOT, until } from '../scripts/recording';
import { startProcess, type BenchProcess } from './processes';
import { recordScrapes } from './record-scrapes';

/** As Prometheus would by default. */
const SCRAPE_MS = 15_000;
const OUTAGE_MS = 75_000;
const WORKERS = 2;
const FOLLOWS = 60;
const ZONE = 'z-djw98wnd0000';
const ROLE = 'qcs::cam::uin/100000000001:roleName/provisioning';
const FILE = path.join(ROOT, 'test', 'monitoring', 'recordings', 'outage.txt.gz');

interface Stage {
  emulator: Emulator;
  client: ProvisioningClient;
  batches: BatchClient;
}

/**
 * Records what two workers tell Prometheus while follows and batches begin, end, fail and are blocked, the cloud
 * throttles and breaks, and the Temporal server is away for 75 s.
 */
async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'metrics-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const port = await freePort();
    const dbFile = path.join(folder, 'temporal.db');
    const startServer = async (): Promise<DevServer> =>
      startDevServer({ cliPath: await findTemporalCli(), headless: true, fastTimers: true, port, dbFile });
    let server = await startServer();
    closers.push(() => server.stop());
    const emulator = await startEmulator({ requestsPerSecond: 100 });
    closers.push(() => emulator.close());
    emulator.setSts({ roles: [{ arn: ROLE }] });
    const workers = await Promise.all(Array.from({ length: WORKERS }, () => startWorker(server, emulator)));
    closers.push(() => Promise.all(workers.map(({ worker }) => worker.end('SIGTERM'))));
    const connection = await Connection.connect({ address: server.address });
    closers.push(() => connection.close());
    const temporal = new Client({ connection });
    const stage = { emulator, client: new ProvisioningClient(temporal), batches: new BatchClient(temporal) };

    const stop = new AbortController();
    const recording = recordScrapes(
      workers.map(({ url }) => `${url}/metrics`),
      SCRAPE_MS,
      stop.signal,
    );
    await sleep(SCRAPE_MS);
    await beginFollows(stage);
    await sleep(2 * SCRAPE_MS);
    await troubleCloud(emulator);
    tell(`the Temporal server goes away for ${OUTAGE_MS / 1000} s`);
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    await sleep(OUTAGE_MS);
    server = await startServer();
    tell('it is back');
    await endFollows(stage);
    await sleep(3 * SCRAPE_MS);
    stop.abort();
    const text = await recording;
    await mkdir(path.dirname(FILE), { recursive: true });
    await writeFile(FILE, gzipSync(text, { level: 9 }));
    tell(`${FILE}: ${text.split('\n').length} samples`);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function startWorker(server: DevServer, emulator: Emulator): Promise<{ worker: BenchProcess; url: string }> {
  const address = `127.0.0.1:${await freePort()}`;
  const worker = startProcess(path.join(ROOT, 'dist', 'src', 'worker.js'), {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    TEMPORAL_ADDRESS: server.address,
    PROVISIONING_ENDPOINT: emulator.url,
    PROVISIONING_STS_ENDPOINT: emulator.url,
    PROVISIONING_STATUS_CALLS_PER_SECOND: '50',
    PROVISIONING_HTTP_ADDRESS: address,
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
    TENCENTCLOUD_ROLE_ARN: ROLE,
  });
  await worker.until(WORKER_IS_POLLING);
  return { worker, url: `http://${address}` };
}

/** What becomes of a task that is neither a success nor a failure. */
const ODD_TASKS: Record<string, object> = {
  't-blocked-1': { error: { code: 'AuthFailure.UnauthorizedOperation' } },
  't-blocked-2': { error: { code: 'AuthFailure.UnauthorizedOperation' } },
  't-rejected': { error: { code: 'FailedOperation.ZoneIdNotExist' } },
  't-unknown': { error: { code: 'ResourceNotFound.UserProvisioningTaskNotFound' } },
  't-paused': { status: 'InProgress' },
  't-odd': { status: 'PartiallyFailed' },
};

async function beginFollows({ emulator, client, batches }: Stage): Promise<void> {
  tell('follows and batches begin');
  const tasks = Array.from({ length: FOLLOWS }, (_, i) => `t-${i}`);
  tasks.forEach((taskId, i) => {
    const then = i % 7 === 0 ? { status: 'Failed', failureReason: 'no such user' } : { status: 'Success' };
    // From some that end soon to some that outlast the outage.
    emulator.setTask(ZONE, taskId, { durationMs: 2_000 + i * 3_000, then });
  });
  for (const [taskId, answer] of Object.entries(ODD_TASKS)) emulator.setTask(ZONE, taskId, { answers: [answer] });
  await Promise.all(
    [...tasks, ...Object.keys(ODD_TASKS)].map((taskId) =>
      client.follow({ zoneId: ZONE, taskId, notFoundGraceSeconds: 0 }),
    ),
  );
  await client.pause(ZONE, 't-paused', { reason: 'the console is being looked at' });
  emulator.setZone('z-batch', { createTask: { durationMs: 30_000, then: { status: 'Success' } } });
  const items = Array.from({ length: 5 }, (_, i) => ({
    principalType: 'User' as const,
    principalId: `u-${i}`,
    targetType: 'MemberUin' as const,
    targetUin: '100000000001',
  }));
  await batches.provisionUsers('joiners', { zoneId: 'z-batch', items });
}

async function troubleCloud(emulator: Emulator): Promise<void> {
  tell('the cloud throttles, then breaks');
  const fromMs = Date.now();
  emulator.setOutages([
    { fromMs, toMs: fromMs + 8_000, answer: { error: { code: 'RequestLimitExceeded.UinLimitExceeded' } } },
    { fromMs: fromMs + 8_000, toMs: fromMs + 14_000, answer: { error: { code: 'InternalError' } } },
    { fromMs: fromMs + 14_000, toMs: fromMs + 17_000, answer: { drop: true } },
  ]);
  await sleep(2 * SCRAPE_MS);
}

async function endFollows({ emulator, client }: Stage): Promise<void> {
  const tasks = Object.keys(ODD_TASKS);
  for (const taskId of tasks) emulator.setTask(ZONE, taskId, { answers: [{ status: 'Success' }] });
  await client.resume(ZONE, 't-paused');
  await client.resume(ZONE, 't-blocked-1');
  const ended = [...Array.from({ length: FOLLOWS }, (_, i) => `t-${i}`), 't-paused', 't-blocked-1'];
  await until('every follow has ended, but for the one that stays blocked', async () => {
    const results = await Promise.all(
      ended.map((taskId) => client.waitForOutcome(ZONE, taskId, { timeoutMs: 20_000 })),
    );
    return results.every(({ kind }) => kind === 'ended');
  });
}

function tell(what: string): void {
  process.stderr.write(`${new Date().toISOString()} ${what}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
