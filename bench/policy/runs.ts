import { DEFAULT_POLLING } from '../../src/contract';
import type { Polling } from '../../src/contract';
import { intervalSeconds } from '../../src/workflows/poll-schedule';

import { simulateClosedLoop, type ClosedLoop, type ClosedLoopResult, type Schedule } from './closed-loop';

/** Status calls a second that the worker is set to: the default. */
export const CALLS_PER_SECOND = 220;
/** Shortest and longest round trip of a call. */
export const ROUND_TRIP_MS = [40, 120] as const;
const OVERHEAD_MS = 20;
/** As good as never. */
const LONG_SECONDS = 1e9;
/** What no schedule can avoid: the way from the cloud, and Temporal's part. */
export const FLOOR_SECONDS = ((ROUND_TRIP_MS[0] + ROUND_TRIP_MS[1]) / 4 + OVERHEAD_MS) / 1000;

/** Settings of the worker that are simulated. */
export const PROFILES = {
  /** As fast as the quota allows, once a second at most. */
  fast: { ...DEFAULT_POLLING, ageFraction: 0 },
  default: DEFAULT_POLLING,
} as const satisfies Record<string, Readonly<Polling>>;

/** Name of one of the {@link PROFILES}. */
export type Profile = keyof typeof PROFILES;

/** Names of the {@link PROFILES}, in the order of the tables. */
export const PROFILE_NAMES = ['fast', 'default'] as const satisfies readonly Profile[];

/** What differs between the simulations of the suite. */
export type Run = Pick<
  ClosedLoop,
  'tasksOfZones' | 'durations' | 'warmUpSeconds' | 'measuredSeconds' | 'outage' | 'seed'
> & { profile: Profile };

/** Simulates follows of one profile with the worker's own schedule and pace. */
export function simulate({ profile, ...run }: Run): ClosedLoopResult {
  return simulateClosedLoop({
    ...run,
    callsPerSecond: CALLS_PER_SECOND,
    schedule: scheduleOf(PROFILES[profile]),
    roundTripMs: ROUND_TRIP_MS,
    overheadMs: OVERHEAD_MS,
  });
}

/** Makes the worker's schedule of its settings. */
export function scheduleOf(polling: Polling): Schedule {
  return (ageSeconds, taskId, pollNumber) => intervalSeconds(polling, ageSeconds, taskId, pollNumber);
}

/** Returns the seconds in which each of so many tasks can have one call. */
export function cycleSeconds(tasks: number): number {
  return tasks / CALLS_PER_SECOND;
}

/** Measures how many calls a second the pace lets through when there are always some to make. */
export function sustainedCallsPerSecond(): number {
  const measuredSeconds = 30;
  const { calls } = simulate({
    profile: 'fast',
    tasksOfZones: [10 * CALLS_PER_SECOND],
    durations: () => LONG_SECONDS,
    warmUpSeconds: 10,
    measuredSeconds,
    seed: 1,
  });
  return calls / measuredSeconds;
}
