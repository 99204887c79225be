import { LATEST_ROUNDS, mean, median, percentile } from '../measure';
import type { Table } from '../suite';

import { busiestSecondOf } from './busiest-second';
import { bimodal, exponential, lognormal, type Durations } from './durations';
import {
  CALLS_PER_SECOND,
  cycleSeconds,
  PROFILE_NAMES,
  ROUND_TRIP_MS,
  simulate,
  sustainedCallsPerSecond,
  type Profile,
} from './runs';

/** So many tasks are followed at any time. */
const TASKS = 100_000;

/** More tasks than the quota can ask about in any reasonable interval. */
export interface SaturationFigures {
  profile: Profile;
  durations: string;
  meanSeconds: number;
  /** Of N / 2R. */
  meanOverBound: number;
  /** The following three are multiples of N / R. */
  p50: number;
  p99: number;
  largestGap: number;
  busiestSecond: number;
  callsPerTask: number;
}

/** What {@link measureSaturation} varies. */
export interface SaturationCase {
  profile: Profile;
  tasks: number;
  durations: Durations;
  rounds: number;
  /** Length of a round in multiples of N / R, after two such for the queue to find its length. */
  measuredCycles: number;
}

/** At most, for the figures of the same names. */
export const SATURATION_TARGETS = { meanOverBound: 1.15, p99: LATEST_ROUNDS, largestGap: 2 } as const;

const WARM_UP_CYCLES = 2;

const DURATIONS: Record<string, Durations> = {
  'exponential, 40 min': exponential(2_400),
  'lognormal σ 0.5, 40 min': lognormal(2_400, 0.5),
  'bimodal, 5 and 400 min': bimodal(300, 24_000),
  'bimodal, 30 s and 40 min': bimodal(30, 2_400),
};

/** Measures every profile with every distribution of durations. */
export function* saturationFigures(rounds: number, measuredCycles: number): Generator<SaturationFigures> {
  for (const profile of PROFILE_NAMES) {
    for (const [name, durations] of Object.entries(DURATIONS)) {
      const figures = measureSaturation({ profile, tasks: TASKS, durations, rounds, measuredCycles });
      yield { profile, durations: name, ...figures };
    }
  }
}

/** Simulates a steady state some times: the medians of means and percentiles, the largest of gaps and calls. */
export function measureSaturation(options: SaturationCase): Omit<SaturationFigures, 'profile' | 'durations'> {
  const { profile, tasks, durations, rounds, measuredCycles } = options;
  const cycle = cycleSeconds(tasks);
  const found = Array.from({ length: rounds }, (_, round) => {
    const seen = simulate({
      profile,
      tasksOfZones: [tasks],
      durations,
      warmUpSeconds: WARM_UP_CYCLES * cycle,
      measuredSeconds: measuredCycles * cycle,
      seed: round + 1,
    });
    const delays = seen.delays.flat();
    return {
      meanSeconds: mean(delays),
      p50: percentile(delays, 0.5) / cycle,
      p99: percentile(delays, 0.99) / cycle,
      largestGap: seen.largestGapMs / 1000 / cycle,
      busiestSecond: busiestSecondOf(seen),
      callsPerTask: seen.calls / seen.endings,
    };
  });
  const meanSeconds = median(found.map((round) => round.meanSeconds));
  return {
    meanSeconds,
    meanOverBound: meanSeconds / (cycle / 2),
    p50: median(found.map(({ p50 }) => p50)),
    p99: median(found.map(({ p99 }) => p99)),
    largestGap: Math.max(...found.map(({ largestGap }) => largestGap)),
    busiestSecond: Math.max(...found.map(({ busiestSecond }) => busiestSecond)),
    callsPerTask: median(found.map(({ callsPerTask }) => callsPerTask)),
  };
}

/** Lists the targets that figures miss, in the words of the table. */
export function missedTargets(figures: SaturationFigures): string[] {
  const { meanOverBound, p99, largestGap } = SATURATION_TARGETS;
  return [
    ...(figures.meanOverBound > meanOverBound ? [`mean / bound ${figures.meanOverBound.toFixed(2)}`] : []),
    ...(figures.p99 > p99 ? [`p99 ${figures.p99.toFixed(2)}`] : []),
    ...(figures.largestGap > largestGap ? [`largest gap ${figures.largestGap.toFixed(2)}`] : []),
    ...(figures.busiestSecond > CALLS_PER_SECOND ? [`busiest second ${figures.busiestSecond}`] : []),
  ];
}

/** Puts the figures side by side. */
export function saturationTable(figures: readonly SaturationFigures[], rounds: number): Table {
  const cycle = cycleSeconds(TASKS);
  const sustained = sustainedCallsPerSecond();
  const { meanOverBound, p99, largestGap } = SATURATION_TARGETS;
  return {
    title:
      `Policy, simulated: delay of ${TASKS.toLocaleString('en')} tasks at ${CALLS_PER_SECOND} calls/s ` +
      `(N/R = ${cycle.toFixed(0)} s, bound N/2R = ${(cycle / 2).toFixed(0)} s)`,
    columns: [
      'profile',
      'durations',
      'mean (s)',
      'mean / bound',
      'p50 (N/R)',
      'p99 (N/R)',
      'largest gap (N/R)',
      'busiest second',
      'calls per task',
      'missed',
    ],
    rows: figures.map((row) => [
      row.profile,
      row.durations,
      row.meanSeconds.toFixed(row.meanSeconds < 100 ? 1 : 0),
      row.meanOverBound.toFixed(2),
      row.p50.toFixed(2),
      row.p99.toFixed(2),
      row.largestGap.toFixed(2),
      String(row.busiestSecond),
      row.callsPerTask.toFixed(1),
      missedTargets(row).join(', ') || 'none',
    ]),
    notes: [
      `Targets: mean / bound at most ${meanOverBound}, p99 ${p99}, largest gap ${largestGap}, busiest second ` +
        `${CALLS_PER_SECOND}.`,
      rounds === 1
        ? 'One short round for each row.'
        : `Median of ${rounds} rounds; of gaps and seconds the largest of all rounds.`,
      `First polls of new tasks are among the calls. With round trips of ${ROUND_TRIP_MS.join(' to ')} ms the pace ` +
        `lets ${sustained.toFixed(0)} calls/s through, since the cloud may count a call at any instant from its ` +
        `sending to its answer: ${(CALLS_PER_SECOND / sustained).toFixed(2)} is the best there is.`,
      'The bound takes it that a task may end at any moment of a cycle. One that lasts 30 s where N/R is 455 s always ' +
        'ends before its first turn, and waits for that.',
    ],
  };
}
