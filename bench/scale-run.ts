import { setTimeout as sleep } from 'node:timers/promises';

import { SEARCH_ATTRIBUTES } from '../src/client';

import { closedFollows } from './closings';
import type { StatusCall } from './emulator-messages';
import { historyOf, type HistorySize } from './history-size';
import { startFollows } from './many-follows';
import { LATEST_ROUNDS, busiestSecond, throttledCalls } from './measure';
import { usageOf, type BenchProcess, type ProcessUsage } from './processes';
import { createBenchWorld, type BenchWorld } from './world';

/** How many follows to have in flight, and how many of them to poll how fast. */
export interface ScalePlan {
  /** Numbers of follows at which is measured, ascending. */
  sizes: readonly number[];
  /** So many tasks complete, of those started last; the other follows go on. */
  completions: number;
  /** The tasks are due when so many follows a second would all have been started; or at once, if that was too fast. */
  startsPerSecond: number;
  statusCallsPerSecond: number;
}

/** What the processes have used so far; undefined where there is no /proc. */
export interface Footprint {
  worker?: ProcessUsage;
  server?: ProcessUsage;
}

/** The processes with so many follows in flight. */
export interface ScaleStep extends Footprint {
  follows: number;
  /** Of those started since the step before, until the worker has begun them. */
  startsPerSecond: number;
}

/** What {@link measureScale} found. */
export interface ScaleFigures {
  plan: ScalePlan;
  /** Before the first follow. */
  before: Footprint;
  steps: ScaleStep[];
  /** After all tasks that complete have been seen. */
  afterCompletions: Footprint;
  /** Of the time in which the completions are seen. */
  cpuMsPerPoll: { worker: number; server: number };
  callsPerSecond: number;
  busiestSecond: number;
  throttled: number;
  succeeded: number;
  /** Follows that go on. */
  running: number;
  /** Follows that neither ended nor go on. */
  lost: number;
  /** From the moment at which the last follow was due to its end, in seconds. */
  largestLateness: number;
  history: HistorySize;
}

/**
 * Starts that the worker has not yet begun. The server takes them sooner than that, and a follow waits for its poll from
 * its beginning on: with more of them ahead, the last ones would be due far too late.
 */
const MAX_NOT_BEGUN = 200;
/** After starts: what runs on in worker and server comes to rest. */
const SETTLE_MS = 2_000;
const LOOK_MS = 1_000;
const BEGUN_LOOK_MS = 200;
/** Longer than any measurement takes. */
const NEVER_SECONDS = 36_000;
const PATIENCE_MS = 60_000;
const SAMPLE = 20;
const BEGUN = `${SEARCH_ATTRIBUTES.phase} = 'Polling'`;

/**
 * Starts follows until so many are in flight; then those that were started last find, at their first poll, that their
 * tasks have completed. They are due one after the other, as in a population that is polled in turn.
 */
export async function measureScale(plan: ScalePlan, progress: (text: string) => void): Promise<ScaleFigures> {
  const { statusCallsPerSecond } = plan;
  const world = await createBenchWorld({ statusCallsPerSecond, requestsPerSecond: statusCallsPerSecond, workers: 0 });
  try {
    return await measureIn(world, await world.startWorker(), plan, progress);
  } finally {
    await world.close();
  }
}

async function measureIn(
  world: BenchWorld,
  worker: BenchProcess,
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<ScaleFigures> {
  const footprint = (): Footprint => footprintOf(worker.pid, world.server.pid);
  const { completions, statusCallsPerSecond } = plan;
  const total = plan.sizes.at(-1) ?? 0;
  const before = footprint();
  const { steps, dueMs } = await startInSteps(world, plan, footprint, progress);
  await sleep(Math.max(0, dueMs - Date.now()));
  const beforePolls = footprint();
  const allDueMs = dueMs + (1000 * completions) / statusCallsPerSecond;
  const latestMs = dueMs + (1000 * LATEST_ROUNDS * completions) / statusCallsPerSecond;
  const calls = await callsUntil(world, completions, Math.max(allDueMs + PATIENCE_MS, latestMs));
  await sleep(SETTLE_MS);
  const afterCompletions = footprint();
  progress(`${calls.length} polls made`);
  const [completed, running] = await Promise.all([countOf(world, 'Completed'), countOf(world, 'Running')]);
  const closedAt = await closedFollows(world);
  const callsMs = calls.map(({ at }) => at);
  const cpuMsPerPoll = (name: 'worker' | 'server'): number =>
    (1000 * ((afterCompletions[name]?.cpuSeconds ?? NaN) - (beforePolls[name]?.cpuSeconds ?? NaN))) / calls.length;
  return {
    plan,
    before,
    steps,
    afterCompletions,
    cpuMsPerPoll: { worker: cpuMsPerPoll('worker'), server: cpuMsPerPoll('server') },
    callsPerSecond: calls.length / (((callsMs.at(-1) ?? NaN) - (callsMs[0] ?? NaN)) / 1000),
    busiestSecond: busiestSecond(callsMs),
    throttled: throttledCalls(calls),
    succeeded: completed,
    running,
    lost: total - completed - running,
    largestLateness: (Math.max(...closedAt.values()) - allDueMs) / 1000,
    history: await historyOf(world, [...closedAt.keys()].slice(0, SAMPLE)),
  };
}

async function startInSteps(
  world: BenchWorld,
  { sizes, completions, statusCallsPerSecond, startsPerSecond }: ScalePlan,
  footprint: () => Footprint,
  progress: (text: string) => void,
): Promise<{ steps: ScaleStep[]; dueMs: number }> {
  const total = sizes.at(-1) ?? 0;
  const dueMs = Date.now() + (1000 * total) / startsPerSecond;
  const initialDelaySeconds = (index: number): number => {
    const turn = index - (total - completions);
    return turn < 0 ? NEVER_SECONDS : Math.max(0, (dueMs - Date.now()) / 1000 + turn / statusCallsPerSecond);
  };
  const steps: ScaleStep[] = [];
  let started = 0;
  for (const size of sizes) {
    const first = started;
    const beganMs = Date.now();
    for (let from = first; from < size; from += MAX_NOT_BEGUN) {
      const to = Math.min(from + MAX_NOT_BEGUN, size);
      await startFollows(world, idsOf(from, to), {
        durationMs: 0,
        polling: (index) => ({ initialDelaySeconds: initialDelaySeconds(from + index) }),
      });
      await countUntil(world, BEGUN, to);
    }
    const seconds = (Date.now() - beganMs) / 1000;
    started = size;
    await sleep(SETTLE_MS);
    steps.push({ follows: size, startsPerSecond: (size - first) / seconds, ...footprint() });
    progress(`${size} follows in flight, ${((size - first) / seconds).toFixed(0)} starts a second`);
  }
  return { steps, dueMs };
}

/** Counts follows until there are so many, or no more of them for a while. */
async function countUntil({ temporal }: BenchWorld, query: string, wanted: number): Promise<number> {
  let giveUpAtMs = Date.now() + PATIENCE_MS;
  let before = 0;
  for (;;) {
    const { count } = await temporal.workflow.count(query);
    if (count >= wanted || Date.now() > giveUpAtMs) return count;
    if (count > before) giveUpAtMs = Date.now() + PATIENCE_MS;
    before = count;
    await sleep(BEGUN_LOOK_MS);
  }
}

async function countOf({ temporal }: BenchWorld, status: string): Promise<number> {
  const { count } = await temporal.workflow.count(`ExecutionStatus = '${status}'`);
  return count;
}

async function callsUntil({ emulator }: BenchWorld, wanted: number, giveUpAtMs: number): Promise<StatusCall[]> {
  for (;;) {
    const calls = await emulator.calls();
    if (calls.length >= wanted || Date.now() > giveUpAtMs) return calls;
    await sleep(LOOK_MS);
  }
}

function idsOf(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `scale-${from + index}`);
}

function footprintOf(workerPid: number, serverPid: number): Footprint {
  const [worker, server] = [usageOf(workerPid), usageOf(serverPid)];
  return { ...(worker && { worker }), ...(server && { server }) };
}
