import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { TestWorkflowEnvironment } from '@temporalio/testing';

import { DEMO_ACCOUNT, startEmulator, type Emulator, type TaskScript } from '../emulator';
import {
  FOLLOW_PROVISIONING_TASK,
  ProvisioningClient,
  TASK_QUEUES,
  workflowId,
  type FollowInput,
  type Polling,
} from '../src/client';
import { findTemporalCli } from '../src/dev/temporal-binaries';
import { WORKER_IS_POLLING } from '../src/sentences';

interface World {
  server: Client;
  client: ProvisioningClient;
  emulator: Emulator;
}

interface Scenario {
  /** Task id of the follow and name of its file. */
  name: string;
  /** Absent for a task that the cloud does not know. */
  script?: TaskScript;
  input?: Omit<FollowInput, 'zoneId' | 'taskId'>;
  /** What happens while the follow runs. */
  meanwhile?: (world: World) => Promise<void>;
}

// Compiled to dist/scripts.
const DIST = path.resolve(__dirname, '..');
const ROOT = path.resolve(DIST, '..');
const FOLDER = path.join(ROOT, 'test', 'histories');
const ZONE = 'z-histories';
/** The server's default of 4096 would take some 370 polls; above what every other follow here needs. */
const EVENTS_OF_A_RUN = 60;
const TIMEOUT_MS = 60_000;
const FAST: Partial<Polling> = { minIntervalSeconds: 0.2, maxIntervalSeconds: 0.2 };
const STEADY: Partial<Polling> = { minIntervalSeconds: 0.5, maxIntervalSeconds: 0.5 };
const PATIENT: Partial<Polling> = { minIntervalSeconds: 0.2, maxIntervalSeconds: 5 };
const SLOW: Partial<Polling> = { minIntervalSeconds: 3_600, maxIntervalSeconds: 3_600 };

const inProgress = { status: 'InProgress' };
const success = { status: 'Success' };
const unavailable = { httpStatus: 503, rawBody: '<html>Service Unavailable</html>' };
const forgotten = { error: { code: 'ResourceNotFound.UserProvisioningTaskNotFound', message: 'No such task.' } };
const notOpen = { error: { code: 'FailedOperation.IdentityCenterNotOpen', message: 'Identity Center is not open.' } };
const forbidden = { error: { code: 'AuthFailure.UnauthorizedOperation', message: 'The key lacks the permission.' } };
const throttled = { error: { code: 'RequestLimitExceeded', message: 'Too many requests in this second.' } };

const SCENARIOS: Scenario[] = [
  { name: 'succeeded', script: { answers: [inProgress, success] } },
  { name: 'failed', script: { answers: [{ status: 'Failed', failureReason: '同步失败：子账号已有同名用户' }] } },
  { name: 'not-found', input: { notFoundGraceSeconds: 1, polling: STEADY } },
  { name: 'vanished', script: { answers: [inProgress, forgotten] }, input: { notFoundGraceSeconds: 0.3 } },
  { name: 'rejected', script: { answers: [notOpen] } },
  { name: 'deadline-exceeded', script: { answers: [inProgress] }, input: { deadlineSeconds: 1, polling: SLOW } },
  {
    name: 'cancelled',
    script: { answers: [inProgress] },
    input: { polling: SLOW },
    meanwhile: async (world) => {
      await untilPolled(world, 'cancelled');
      await world.client.cancel(ZONE, 'cancelled');
    },
  },
  {
    name: 'cancelled-during-a-call',
    script: { answers: [{ hang: true }] },
    meanwhile: async (world) => {
      await until('the call is out', () => world.emulator.requests('cancelled-during-a-call').length === 1);
      await world.client.cancel(ZONE, 'cancelled-during-a-call');
    },
  },
  {
    name: 'blocked-then-succeeded',
    script: { answers: [forbidden, success] },
    meanwhile: async (world) => {
      await untilPolled(world, 'blocked-then-succeeded');
      await world.client.pollNow(ZONE, 'blocked-then-succeeded');
    },
  },
  {
    name: 'blocked-then-resumed',
    script: { answers: [forbidden, forbidden, success] },
    meanwhile: async (world) => {
      await untilPolled(world, 'blocked-then-resumed');
      await world.client.resume(ZONE, 'blocked-then-resumed');
      await untilPolled(world, 'blocked-then-resumed', 2);
      await world.client.resume(ZONE, 'blocked-then-resumed');
    },
  },
  {
    name: 'paused-then-resumed',
    script: { answers: [inProgress, inProgress, success] },
    input: { polling: SLOW },
    meanwhile: async (world) => {
      await untilPolled(world, 'paused-then-resumed');
      await world.client.pause(ZONE, 'paused-then-resumed', { reason: 'maintenance' });
      await world.client.checkNow(ZONE, 'paused-then-resumed');
      await world.client.resume(ZONE, 'paused-then-resumed');
    },
  },
  {
    name: 'updated',
    script: { answers: [inProgress, inProgress, success] },
    input: { polling: SLOW, note: 'all updates', requestedBy: 'the recorder' },
    meanwhile: async (world) => {
      await untilPolled(world, 'updated');
      await world.client.extendDeadline(ZONE, 'updated', { bySeconds: 60 });
      await world.client.setPolling(ZONE, 'updated', { maxIntervalSeconds: 1_800, minIntervalSeconds: 1_800 });
      await world.client.checkNow(ZONE, 'updated');
      await world.client.taskChanged(ZONE, 'updated');
    },
  },
  {
    name: 'resolved-as-succeeded',
    script: { answers: [inProgress] },
    input: { polling: SLOW },
    meanwhile: async (world) => {
      await untilPolled(world, 'resolved-as-succeeded');
      await world.client.resolve(ZONE, 'resolved-as-succeeded', {
        outcome: 'Succeeded',
        reason: 'seen',
        by: 'the recorder',
      });
    },
  },
  {
    name: 'resolved-as-failed-during-a-call',
    script: { answers: [{ hang: true }] },
    meanwhile: async ({ client, emulator }) => {
      const name = 'resolved-as-failed-during-a-call';
      await until('the call is out', () => emulator.requests(name).length === 1);
      await client.resolve(ZONE, name, { outcome: 'Failed', reason: 'deleted', by: 'the recorder' });
    },
  },
  { name: 'throttled-then-succeeded', script: { answers: [throttled, success] }, input: { polling: PATIENT } },
  { name: 'degraded-then-succeeded', script: { answers: [unavailable, { drop: true }, success] } },
  {
    name: 'continued-as-new',
    script: { answers: [inProgress, ...Array.from({ length: 6 }, () => unavailable), success] },
  },
];

async function main(): Promise<void> {
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
  const emulator = await startEmulator();
  const worker = spawn(process.execPath, [path.join(DIST, 'src', 'worker.js')], {
    env: {
      PATH: process.env.PATH,
      HOME: path.join(ROOT, 'no-home'),
      TEMPORAL_ADDRESS: server.address,
      PROVISIONING_ENDPOINT: emulator.url,
      TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
      TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    await untilPolling(worker);
    const world = { server: server.client, client: new ProvisioningClient(server.client), emulator };
    // So that the zone exists also for the task that does not.
    emulator.setTask(ZONE, 'another', {});
    const recorded = await Promise.all([...SCENARIOS.map((scenario) => record(world, scenario)), recordRefusal(world)]);
    await rm(FOLDER, { recursive: true, force: true });
    await mkdir(FOLDER, { recursive: true });
    for (const [name, text] of recorded.flat()) await writeFile(path.join(FOLDER, `${name}.json`), text);
  } finally {
    worker.kill('SIGKILL');
    await emulator.close();
    await server.teardown();
  }
}

/** Follows one task to its end; gives file names and contents. */
async function record(world: World, { name, script, input, meanwhile }: Scenario): Promise<[string, string][]> {
  const { client, emulator, server } = world;
  if (script) emulator.setTask(ZONE, name, script);
  const { runId } = await client.follow({ zoneId: ZONE, taskId: name, polling: FAST, ...input });
  await meanwhile?.(world);
  const { kind } = await client.waitForOutcome(ZONE, name, { timeoutMs: TIMEOUT_MS });
  if (kind !== 'ended') throw new Error(`The follow of ${name} is ${kind}`);
  const id = workflowId(ZONE, name);
  const last = await server.workflow.getHandle(id).describe();
  if (last.runId === runId) return [[name, await historyOf(server, id, runId)]];
  return [
    [`${name}-first-run`, await historyOf(server, id, runId)],
    [`${name}-last-run`, await historyOf(server, id, last.runId)],
  ];
}

async function recordRefusal({ server }: World): Promise<[string, string][]> {
  const id = workflowId(ZONE, 'input-refused');
  const handle = await server.workflow.start(FOLLOW_PROVISIONING_TASK, {
    workflowId: id,
    taskQueue: TASK_QUEUES.provisioning,
    args: [{ zoneId: ZONE, taskId: 'a b', deadlineSeconds: 0, owner: 'nobody' }],
  });
  await handle.result().catch(() => undefined);
  return [['input-refused', await historyOf(server, id, handle.firstExecutionRunId)]];
}

async function historyOf(server: Client, id: string, runId: string): Promise<string> {
  const history: unknown = JSON.parse(historyToJSON(await server.workflow.getHandle(id, runId).fetchHistory()));
  const text = JSON.stringify({ workflowId: id, history }, withoutStack, 2)
    .replaceAll(new RegExp(`\\d+@${hostname().replaceAll('.', '\\.')}`, 'g'), 'worker')
    .concat('\n');
  for (const own of [`@${hostname()}`, ROOT]) {
    if (text.includes(own)) throw new Error(`The history of ${id} names ${own}`);
  }
  return text;
}

/** Stack traces name files of the machine that recorded; a replay does not read them. */
function withoutStack(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? undefined : value;
}

async function untilPolled({ client }: World, taskId: string, polls = 1): Promise<void> {
  await until(`poll ${polls} is over`, async () => (await client.status(ZONE, taskId)).polls === polls);
}

async function untilPolling(worker: ChildProcess): Promise<void> {
  let output = '';
  worker.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until('the worker polls', () => {
    if (worker.exitCode !== null) throw new Error(`The worker ended: ${output}`);
    return output.includes(WORKER_IS_POLLING);
  });
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`Still not true after ${TIMEOUT_MS / 1000} s: ${what}`);
    await delay(20);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
