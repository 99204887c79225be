import { setTimeout as sleep } from 'node:timers/promises';

import { DEFAULT_POLLING, type Polling } from '../src/client';

import { closedAtOf } from './closings';
import { delayFigures, type DelayFigures, type Span } from './delay-figures';
import type { StatusCall } from './emulator-messages';
import { measureIdleOverhead, type IdleOverhead } from './idle-follows';
import { LATEST_ROUNDS } from './measure';
import { usageOf } from './processes';
import { keepFollows, type FollowedTask } from './steady-follows';
import { createBenchWorld, type BenchWorld } from './world';

/** A steady load to measure. */
export interface DelayCase {
  profile: 'default' | 'fast';
  /** N/R: so long a call for each follow takes. */
  secondsPerRound: number;
  statusCallsPerSecond: number;
  /** Of the durations. */
  meanSeconds: number;
  warmUpSeconds: number;
  /** Spans that are measured one after the other. */
  spans: number;
  spanSeconds: number;
}

/** What a {@link DelayCase} gave. */
export interface DelayResult {
  case: DelayCase;
  overhead: IdleOverhead;
  spans: DelayFigures[];
  /** Of the measured time; undefined where there is no /proc. */
  cpuMsPerPoll?: { worker: number; server: number };
}

/** What the profiles ask of a follow. */
export const PROFILES: Readonly<Record<DelayCase['profile'], Partial<Polling>>> = {
  default: {},
  fast: { ageFraction: 0 },
};

const LOOK_MS = 500;
/** How long to wait for what completed last: as late as the worker may be, and more than its longest interval. */
const PATIENCE_SECONDS = 35;

/** Measures a case in a world of its own. */
export async function measureDelay(wanted: DelayCase, seed: number): Promise<DelayResult> {
  const { statusCallsPerSecond } = wanted;
  const world = await createBenchWorld({
    statusCallsPerSecond,
    requestsPerSecond: Math.floor(statusCallsPerSecond),
    workers: 0,
  });
  try {
    return await measureIn(world, wanted, seed);
  } finally {
    await world.close();
  }
}

async function measureIn(world: BenchWorld, wanted: DelayCase, seed: number): Promise<DelayResult> {
  const { profile, secondsPerRound, statusCallsPerSecond, meanSeconds, warmUpSeconds, spanSeconds } = wanted;
  const worker = await world.startWorker();
  const overhead = await measureIdleOverhead(world);
  const follows = await keepFollows(world, {
    name: 'task',
    follows: Math.round(secondsPerRound * statusCallsPerSecond),
    meanSeconds,
    polling: PROFILES[profile],
    seed,
  });
  await sleep(1000 * warmUpSeconds);
  const usageOfBoth = (): { worker: number; server: number } => ({
    worker: usageOf(worker.pid)?.cpuSeconds ?? NaN,
    server: usageOf(world.server.pid)?.cpuSeconds ?? NaN,
  });
  const fromMs = Date.now();
  const before = usageOfBoth();
  await sleep(1000 * wanted.spans * spanSeconds);
  const toMs = Date.now();
  const after = usageOfBoth();

  // The load stays until all that completed has been seen: else only the quick ones would count.
  const completed = [...follows.tasks.values()].filter(({ completedAtMs }) => completedAtMs < toMs);
  const calls = await untilSeen(
    world,
    completed,
    toMs + 1000 * Math.max(LATEST_ROUNDS * secondsPerRound, PATIENCE_SECONDS),
  );
  follows.stop();
  const untilMs = Date.now();
  const closedAt = await closedAtOf(world, [...seenOf(completed, calls)]);
  const observed = { tasks: [...follows.tasks.values()], calls, closedAt, overhead, untilMs };
  const policy = { statusCallsPerSecond, polling: { ...DEFAULT_POLLING, ...PROFILES[profile] } };
  const spans = Array.from({ length: wanted.spans }, (_, index): Span => {
    const beginMs = fromMs + 1000 * index * spanSeconds;
    return { fromMs: beginMs, toMs: beginMs + 1000 * spanSeconds };
  });
  const polls = calls.filter(({ at }) => at >= fromMs && at < toMs).length;
  return {
    case: wanted,
    overhead,
    spans: spans.map((span) => delayFigures(observed, policy, span)),
    ...(!Number.isNaN(after.worker) && {
      cpuMsPerPoll: {
        worker: (1000 * (after.worker - before.worker)) / polls,
        server: (1000 * (after.server - before.server)) / polls,
      },
    }),
  };
}

async function untilSeen(
  { emulator }: BenchWorld,
  tasks: readonly FollowedTask[],
  giveUpAtMs: number,
): Promise<StatusCall[]> {
  for (;;) {
    const calls = await emulator.calls();
    if (seenOf(tasks, calls).size === tasks.length || Date.now() > giveUpAtMs) return calls;
    await sleep(LOOK_MS);
  }
}

function seenOf(tasks: readonly FollowedTask[], calls: readonly StatusCall[]): Set<string> {
  const taskIds = new Set(tasks.map(({ taskId }) => taskId));
  return new Set(
    calls.flatMap(({ answered, taskId }) => (answered === 'Success' && taskIds.has(taskId) ? [taskId] : [])),
  );
}
