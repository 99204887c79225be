import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { TestWorkflowEnvironment } from '@temporalio/testing';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../emulator';
import { BatchClient, ProvisioningClient, type Polling } from '../src/client';
import { findTemporalCli } from '../src/dev/temporal-binaries';
import { WORKER_IS_POLLING } from '../src/sentences';

/** A dev server, the emulator and a worker process, with the clients of the first two. */
export interface World {
  server: Client;
  client: ProvisioningClient;
  batches: BatchClient;
  emulator: Emulator;
  itemsFolder: string;
}

/** Names of files, without their ending, and what they hold. */
export type RecordedFiles = [string, string][];

/** What is recorded under one name. */
export interface Recording {
  name: string;
  record: (world: World) => Promise<RecordedFiles>;
}

// Compiled to dist/scripts.
const DIST = path.resolve(__dirname, '..');
export const ROOT = path.resolve(DIST, '..');
export const TIMEOUT_MS = 60_000;
export const FAST: Partial<Polling> = { minIntervalSeconds: 0.2, maxIntervalSeconds: 0.2 };
export const SLOW: Partial<Polling> = { minIntervalSeconds: 3_600, maxIntervalSeconds: 3_600 };
/** The server's default of 4096 would take some 370 polls; above what every follow but `continued-as-new` needs. */
const EVENTS_OF_A_RUN = 60;
/** Above the published limit, so that the batch in parts is recorded in seconds. */
const USER_SYNC_CALLS_PER_SECOND = 1_000;
/** Every run of the tests reads and replays each history. */
const MAX_LENGTH = 300_000;

/** Gives a world to what needs one, and takes it away afterwards. */
export async function inWorld(run: (world: World) => Promise<void>): Promise<void> {
  const server = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await findTemporalCli() },
      extraArgs: [
        `limit.historyCount.suggestContinueAsNew=${EVENTS_OF_A_RUN}`,
        'history.timerProcessorMaxTimeShift="1ms"',
        'system.forceSearchAttributesCacheRefreshOnRead=true',
      ].flatMap((value) => ['--dynamic-config-value', value]),
    },
  });
  const emulator = await startEmulator({ userSyncRequestsPerSecond: USER_SYNC_CALLS_PER_SECOND });
  const itemsFolder = await mkdtemp(path.join(tmpdir(), 'items-'));
  const worker = spawn(process.execPath, [path.join(DIST, 'src', 'worker.js')], {
    env: {
      PATH: process.env.PATH,
      HOME: path.join(ROOT, 'no-home'),
      TEMPORAL_ADDRESS: server.address,
      PROVISIONING_ENDPOINT: emulator.url,
      PROVISIONING_ITEMS_FOLDER: itemsFolder,
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: String(USER_SYNC_CALLS_PER_SECOND),
      TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
      TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    await untilPolling(worker);
    const { client } = server;
    const batches = new BatchClient(client);
    await run({ server: client, client: new ProvisioningClient(client), batches, emulator, itemsFolder });
  } finally {
    worker.kill('SIGKILL');
    await emulator.close();
    await server.teardown();
    await rm(itemsFolder, { recursive: true });
  }
}

/**
 * Reads the history of a workflow as a file keeps it.
 *
 * @param runId - default: the last run
 * @throws Error when the file would name this machine, or be too long
 */
export async function historyOf({ server }: World, id: string, runId?: string): Promise<string> {
  const history: unknown = JSON.parse(historyToJSON(await server.workflow.getHandle(id, runId).fetchHistory()));
  const text = JSON.stringify({ workflowId: id, history }, withoutStack, 2)
    .replaceAll(new RegExp(`\\d+@${hostname().replaceAll('.', '\\.')}`, 'g'), 'worker')
    .concat('\n');
  const payloads = [...text.matchAll(/"data": "([^"]*)"/g)].map(([, data]) => Buffer.from(data ?? '', 'base64'));
  for (const own of [`@${hostname()}`, ROOT, tmpdir()]) {
    if ([text, ...payloads].some((part) => part.includes(own))) throw new Error(`The history of ${id} names ${own}`);
  }
  if (text.length > MAX_LENGTH) throw new Error(`The history of ${id} is too long: ${text.length} characters`);
  return text;
}

/** Stack traces name files of the machine that recorded; a replay does not read them. */
function withoutStack(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? undefined : value;
}

async function untilPolling(worker: ChildProcess): Promise<void> {
  let output = '';
  worker.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until('the worker polls', () => {
    if (worker.exitCode !== null) throw new Error(`The worker ended: ${output}`);
    return output.includes(WORKER_IS_POLLING);
  });
}

/** Waits until a condition holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`Still not true after ${TIMEOUT_MS / 1000} s: ${what}`);
    await delay(20);
  }
}
