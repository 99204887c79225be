import { setTimeout as sleep } from 'node:timers/promises';

import { startEmulator, type Directory, type Emulator, type LostAnswer, type TaskScript } from '../../emulator';
import { BatchClient } from '../../src/batch-client';
import {
  userSyncKey,
  type BatchProgress,
  type ItemOutcome,
  type ReportLine,
  type UserSyncItem,
} from '../../src/contract';
import { writeItemsFile } from '../../src/items-file';
import { usageOf } from '../processes';
import { createBenchWorld, type BenchWorld } from '../world';

/** How a batch is run, and how the cloud is. */
export interface BatchPlan {
  /** Creates user syncs, or looks up what would be removed: the latter follows nothing, so that many items end soon. */
  kind: 'provision' | 'dry run';
  items: number;
  /** Of these, every so many-th task fails. */
  failEvery: number;
  /** Lost answers to Create of each of four kinds: the work done or not, the connection dropped or InternalError. */
  lostOfEachKind: number;
  /** Of the calls of Create, every so many-th loses its answer, as long as there are some left. */
  loseEvery: number;
  /** So often the worker is killed, evenly over the batch, and another one begins. */
  kills: number;
  /** What the workers are told, and what the cloud admits. */
  statusCalls: { told: number; admitted: number };
  userSyncCalls: { told: number; admitted: number };
  chunkSize: number;
  maxInFlight: number;
  taskMs: number;
}

/** What a batch came to. */
export interface BatchFigures {
  plan: BatchPlan;
  lines: number;
  /** Lines that say what the cloud did. */
  right: number;
  outcomes: Partial<Record<ItemOutcome, number>>;
  createdTwice: number;
  /** Creates sent for what a call of this batch had made already. */
  sentBlindly: number;
  tasks: number;
  followedToEnd: number;
  adopted: number;
  throttled: number;
  seconds: number;
  history: { batch: HistorySize; largestPart: HistorySize; parts: number };
  /** Resident memory of the worker, largest over the run. */
  workerBytes: number;
}

export interface HistorySize {
  events: number;
  bytes: number;
}

const ZONE = 'z-batch';
const LOOK_MS = 500;
/** Follows of a batch begin when their tasks have. */
const POLLING = { initialDelaySeconds: 2, minIntervalSeconds: 2, maxIntervalSeconds: 30 };

/** Runs one batch to its end, with one worker at a time. */
export async function runBatch(
  plan: BatchPlan,
  folder: string,
  progress: (text: string) => void,
): Promise<BatchFigures> {
  const emulator = await startEmulator({
    requestsPerSecond: plan.statusCalls.admitted,
    userSyncRequestsPerSecond: plan.userSyncCalls.admitted,
  });
  const world = await createBenchWorld({
    statusCallsPerSecond: plan.statusCalls.told,
    requestsPerSecond: plan.statusCalls.admitted,
    workers: 0,
  });
  try {
    return await measure(plan, folder, { world, emulator }, progress);
  } finally {
    await world.close();
    await emulator.close();
  }
}

async function measure(
  plan: BatchPlan,
  folder: string,
  { world, emulator }: { world: BenchWorld; emulator: Emulator },
  progress: (text: string) => void,
): Promise<BatchFigures> {
  const env = {
    PROVISIONING_ENDPOINT: emulator.url,
    PROVISIONING_USER_SYNC_CALLS_PER_SECOND: String(plan.userSyncCalls.told),
    PROVISIONING_ITEMS_FOLDER: folder,
    PROVISIONING_WORKERS: '1',
  };
  const items = itemsOf(plan.items);
  emulator.setZone(ZONE, directoryOf(plan, items));
  emulator.setLostAnswers(lostAnswersOf(plan));
  const batches = new BatchClient(world.temporal);
  const beganMs = Date.now();
  let worker = await world.startWorker(env);
  const workflowId = await startBatch(plan, batches, items, folder);
  let workerBytes = 0;
  const look = (): void => {
    workerBytes = Math.max(workerBytes, usageOf(worker.pid)?.rssBytes ?? 0);
  };
  for (let kill = 1; kill <= plan.kills; kill += 1) {
    await untilCreated(emulator, (plan.items * kill) / (plan.kills + 1), look, progress);
    await world.killWorker(worker);
    progress(`killed a worker at ${emulator.userSyncs(ZONE).length} user syncs`);
    worker = await world.startWorker(env);
  }
  const report = await untilEnded(batches, workflowId, look, progress);
  const seconds = (Date.now() - beganMs) / 1000;
  const lines: ReportLine[] = [];
  for await (const line of batches.lines(workflowId)) lines.push(line);
  const syncs = emulator.userSyncs(ZONE);
  const tasks = emulator.userSyncTasks(ZONE);
  const failing = new Set(Object.keys(directoryOf(plan, items).createTasks ?? {}));
  return {
    plan,
    lines: lines.length,
    right: lines.filter(
      ({ index, principalId = '', outcome }) =>
        principalId === items[index]?.principalId && outcome === expectedOutcome(plan, failing.has(principalId)),
    ).length,
    outcomes: report.outcomes,
    createdTwice: syncs.filter(({ creations }) => creations > 1).length,
    sentBlindly: syncs.reduce((total, { createCalls }) => total + createCalls, 0),
    tasks: tasks.length,
    followedToEnd: tasks.filter(({ isFollowedToEnd }) => isFollowedToEnd).length,
    adopted: lines.filter((line) => line.adopted).length,
    throttled: emulator.requests().filter(({ answered }) => answered?.startsWith('RequestLimitExceeded')).length,
    seconds,
    history: await historyOf(world, workflowId, report.parts ?? []),
    workerBytes,
  };
}

async function startBatch(
  { kind, chunkSize, maxInFlight }: BatchPlan,
  batches: BatchClient,
  items: UserSyncItem[],
  folder: string,
): Promise<string> {
  const shared = { zoneId: ZONE, maxInFlight, itemsFile: await writeItemsFile(folder, items.map(userSyncKey)) };
  const { workflowId } = await (kind === 'provision'
    ? batches.provisionUsers('bench', { ...shared, chunkSize, follow: { polling: POLLING } })
    : batches.deprovisionUsers('bench', { ...shared, dryRun: true }));
  return workflowId;
}

function expectedOutcome({ kind }: BatchPlan, hasFailed: boolean): ItemOutcome {
  if (kind === 'dry run') return 'AlreadyAbsent';
  return hasFailed ? 'Failed' : 'Succeeded';
}

function itemsOf(count: number): UserSyncItem[] {
  return Array.from({ length: count }, (_, index) => ({
    principalType: 'User',
    principalId: `u-${index}`,
    targetType: 'MemberUin',
    targetUin: String(100_000_000_001 + (index % 7)),
  }));
}

function directoryOf({ failEvery, taskMs }: BatchPlan, items: readonly UserSyncItem[]): Directory {
  const failed: TaskScript = { durationMs: taskMs, then: { status: 'Failed', failureReason: 'the name is taken' } };
  const failing = items.filter((_, index) => index % failEvery === failEvery - 1);
  return {
    createTask: { durationMs: taskMs },
    createTasks: Object.fromEntries(failing.map(({ principalId }) => [principalId, failed])),
  };
}

function lostAnswersOf({ lostOfEachKind: times, loseEvery: every }: BatchPlan): LostAnswer[] {
  if (times === 0) return [];
  return (['drop', 'InternalError'] as const).flatMap((how) =>
    [true, false].map((done): LostAnswer => ({ action: 'CreateUserSyncProvisioning', every, times, done, how })),
  );
}

async function untilCreated(
  emulator: Emulator,
  count: number,
  look: () => void,
  progress: (text: string) => void,
): Promise<void> {
  for (let looks = 1; emulator.userSyncs(ZONE).length < count; looks += 1) {
    await sleep(LOOK_MS);
    look();
    if (looks % 40 === 0) progress(`${emulator.userSyncs(ZONE).length} user syncs created`);
  }
}

async function untilEnded(
  batches: BatchClient,
  workflowId: string,
  look: () => void,
  progress: (text: string) => void,
): Promise<BatchProgress> {
  for (;;) {
    const result = await batches.waitForReport(workflowId, { timeoutMs: 20_000 });
    look();
    if (result.kind === 'ended') return result.report;
    if (result.kind === 'stopped') throw new Error(`The batch was stopped: ${result.reason}`);
    progress(JSON.stringify(result.progress?.outcomes ?? {}));
  }
}

async function historyOf(
  { temporal }: BenchWorld,
  batchId: string,
  parts: readonly string[],
): Promise<BatchFigures['history']> {
  const sizeOf = async (id: string): Promise<HistorySize> => {
    const { historyLength, historySize = 0 } = await temporal.workflow.getHandle(id).describe();
    return { events: historyLength, bytes: historySize };
  };
  const sizes: HistorySize[] = [];
  for (const id of parts) sizes.push(await sizeOf(id));
  return {
    batch: await sizeOf(batchId),
    largestPart: {
      events: Math.max(0, ...sizes.map(({ events }) => events)),
      bytes: Math.max(0, ...sizes.map(({ bytes }) => bytes)),
    },
    parts: parts.length,
  };
}
