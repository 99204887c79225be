import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { historyOf } from './history-size';
import { polledAfter, startFollows, type PolledAfter } from './many-follows';
import { busiestSecond, throttledCalls } from './measure';
import type { BenchProcess } from './processes';
import { createBenchWorld, type BenchWorld } from './world';

/** What is stopped. */
export type Stopped = 'worker' | 'server' | 'API';

/** How a stop is made. */
export interface CatchUpPlan {
  follows: number;
  statusCallsPerSecond: number;
  outageSeconds: number;
  /** How long to wait at most until all follows have been polled again, in seconds. */
  patience: number;
}

/** What happened after one of the parts had been away. */
export interface CatchUpFigures {
  stopped: Stopped;
  plan: CatchUpPlan;
  /** Since the return. */
  polled: PolledAfter;
  /** Since the return. */
  busiestSecond: number;
  throttled: number;
  /** Of history, for each poll after the return. */
  perPoll: { events: number; bytes: number };
}

/** The follows never end. */
const DURATION_MS = 3_600_000;
const SAMPLE = 50;

/** Stops a part of a world of its own as a crash would, for a while. */
export async function measureCatchUp(stopped: Stopped, plan: CatchUpPlan): Promise<CatchUpFigures> {
  const { statusCallsPerSecond } = plan;
  const folder = await mkdtemp(path.join(tmpdir(), 'provisioning-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const world = await createBenchWorld({
    statusCallsPerSecond,
    requestsPerSecond: statusCallsPerSecond,
    workers: 0,
    dbFile: path.join(folder, 'temporal.db'),
  });
  try {
    return await measureIn(world, stopped, plan);
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
    process.removeListener('exit', remove);
  }
}

async function measureIn(world: BenchWorld, stopped: Stopped, plan: CatchUpPlan): Promise<CatchUpFigures> {
  const { follows, outageSeconds, patience } = plan;
  const worker = await world.startWorker();
  const taskIds = Array.from({ length: follows }, (_, index) => `task-${index}`);
  await startFollows(world, taskIds, { durationMs: DURATION_MS, polling: () => ({ ageFraction: 0 }) });
  const returnMs = await stopAndReturn(world, worker, stopped, outageSeconds);
  const sample = taskIds.slice(0, SAMPLE);
  const before = await historyOf(world, sample);
  const polled = await polledAfter(world, follows, returnMs, patience);
  const after = await historyOf(world, sample);
  const calls = (await world.emulator.calls()).filter(({ at }) => at >= returnMs);
  // What waits for its turn at the beginning is made up for by what waits at the end.
  const polls = calls.filter(({ taskId }) => sample.includes(taskId)).length;
  return {
    stopped,
    plan,
    polled,
    busiestSecond: busiestSecond(calls.map(({ at }) => at)),
    throttled: throttledCalls(calls),
    perPoll: { events: (after.events - before.events) / polls, bytes: (after.bytes - before.bytes) / polls },
  };
}

/** Resolves to the instant of the return, epoch ms. */
async function stopAndReturn(
  world: BenchWorld,
  worker: BenchProcess,
  stopped: Stopped,
  outageSeconds: number,
): Promise<number> {
  const outageMs = 1000 * outageSeconds;
  if (stopped === 'API') {
    const fromMs = Date.now();
    const toMs = fromMs + outageMs;
    await world.emulator.setOutages([{ fromMs, toMs, answer: { httpStatus: 503, rawBody: 'Service Unavailable' } }]);
    await sleep(outageMs);
    return toMs;
  }
  await (stopped === 'worker' ? world.killWorker(worker) : world.killServer());
  await sleep(outageMs);
  await (stopped === 'worker' ? world.startWorker() : world.startServer());
  return Date.now();
}
