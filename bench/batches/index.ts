import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Suite, SuiteContext, SuiteResult, Table } from '../suite';

import { runBatch, type BatchFigures, type BatchPlan } from './batch-run';

/** Large batches: whether killed workers and lost answers cost anything, and how large histories and workers get. */
export const batchesSuite: Suite = { name: 'batches', isOnDemand: true, run };

const STORM: BatchPlan = {
  kind: 'provision',
  items: 5_000,
  failEvery: 100,
  lostOfEachKind: 6,
  loseEvery: 20,
  kills: 5,
  // More is told than the cloud admits, so that it throttles.
  statusCalls: { told: 60, admitted: 50 },
  userSyncCalls: { told: 20, admitted: 15 },
  chunkSize: 10,
  maxInFlight: 1_000,
  taskMs: 2_000,
};
const QUICK_STORM: BatchPlan = { ...STORM, items: 600, lostOfEachKind: 1, loseEvery: 7, kills: 2 };
/** Only looks up, which takes one call for an item: two cores would follow so many tasks for an hour. */
const LARGE: BatchPlan = {
  ...STORM,
  kind: 'dry run',
  items: 50_000,
  lostOfEachKind: 0,
  kills: 0,
  userSyncCalls: { told: 400, admitted: 1_000 },
};

async function run(context: SuiteContext): Promise<SuiteResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-items-'));
  try {
    const figures: BatchFigures[] = [];
    for (const plan of [context.isQuick ? QUICK_STORM : STORM, ...(context.isFull ? [LARGE] : [])]) {
      figures.push(await runBatch(plan, folder, (text) => context.progress(text)));
    }
    return { tables: [outcomesTable(figures), sizesTable(figures)], data: figures };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function outcomesTable(figures: readonly BatchFigures[]): Table {
  return {
    title: 'What became of the items of a batch',
    columns: [
      'batch',
      'items',
      'kills',
      'lost answers',
      'throttled',
      'lines',
      'right',
      'adopted',
      'created twice',
      'sent blindly',
      'tasks',
      'followed to the end',
      'seconds',
    ],
    rows: figures.map(({ plan, ...found }) => [
      plan.kind,
      String(plan.items),
      String(plan.kills),
      String(4 * plan.lostOfEachKind),
      String(found.throttled),
      String(found.lines),
      String(found.right),
      String(found.adopted),
      String(found.createdTwice),
      String(found.sentBlindly),
      String(found.tasks),
      String(found.followedToEnd),
      found.seconds.toFixed(0),
    ]),
    notes: [
      'Of every hundred tasks one fails. A dry run looks up what would be removed, and finds nothing. A lost answer is one to a Create of several items: the work done or not, the connection dropped or InternalError, as many of each.',
      'Right: the line has the item of its place, and says what the cloud did.',
    ],
  };
}

function sizesTable(figures: readonly BatchFigures[]): Table {
  return {
    title: 'How large a batch gets',
    columns: [
      'batch',
      'items',
      'parts',
      'events',
      'KiB',
      'events of the largest part',
      'KiB of it',
      'worker MiB at most',
    ],
    rows: figures.map(({ plan, history: { batch, largestPart, parts }, workerBytes }) => [
      plan.kind,
      String(plan.items),
      String(parts),
      String(batch.events),
      (batch.bytes / 1024).toFixed(0),
      String(largestPart.events),
      (largestPart.bytes / 1024).toFixed(0),
      (workerBytes / 2 ** 20).toFixed(0),
    ]),
    notes: ['Events and bytes of the history of the batch itself, and of that part of it which has most.'],
  };
}
