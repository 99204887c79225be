import { mean, percentile } from '../measure';
import type { Table } from '../suite';

import { exponential } from './durations';
import { PEER_SCHEDULES, simulateOpenLoop } from './open-loop';
import { CALLS_PER_SECOND, PROFILE_NAMES, ROUND_TRIP_MS, simulate } from './runs';

/** Delay at one ratio of tasks to quota. */
export interface CurvePoint {
  /** A profile, or the schedule of a peer. */
  series: string;
  /** Tasks over status calls a second. */
  nOverR: number;
  meanSeconds: number;
  p99Seconds: number;
  /** Share of the calls that the cloud refused. */
  throttled: number;
}

/** Mean of the durations, where a task has turns enough in that time. */
export const CURVE_DURATION_SECONDS = 300;
/** Turns for a task at least, on average: with fewer the durations would tell, not the policy. */
const LEAST_CYCLES = 5.3;
/** Fewer tasks at a smaller quota behave alike, and waits without a limit make too many calls for more. */
const PEERS_QUOTA = 10;
const RATIOS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const QUICK_RATIOS = [0.5, 5, 50, 200];

/** Measures the delay from a quota that is slack to one that is far too small. */
export function* curvePoints(isQuick: boolean): Generator<CurvePoint> {
  const samples = isQuick ? 400 : 4000;
  for (const nOverR of isQuick ? QUICK_RATIOS : RATIOS) {
    for (const profile of PROFILE_NAMES) yield pointOfProfile(profile, nOverR, samples);
    for (const series of Object.keys(PEER_SCHEDULES)) yield pointOfPeer(series, nOverR, samples);
  }
}

function meanDuration(nOverR: number): number {
  return Math.max(CURVE_DURATION_SECONDS, LEAST_CYCLES * nOverR);
}

function pointOfProfile(profile: (typeof PROFILE_NAMES)[number], nOverR: number, samples: number): CurvePoint {
  const tasks = Math.round(nOverR * CALLS_PER_SECOND);
  const { delays } = simulate({
    profile,
    tasksOfZones: [tasks],
    durations: exponential(meanDuration(nOverR)),
    warmUpSeconds: Math.max(60, 2 * nOverR),
    measuredSeconds: Math.max(2 * nOverR, (samples * meanDuration(nOverR)) / tasks),
    seed: 1,
  });
  return point(profile, nOverR, delays, 0);
}

function pointOfPeer(series: string, nOverR: number, samples: number): CurvePoint {
  const tasks = Math.max(1, Math.round(nOverR * PEERS_QUOTA));
  const { delays, throttled, calls } = simulateOpenLoop({
    tasks,
    quotaPerSecond: PEERS_QUOTA,
    schedule: PEER_SCHEDULES[series] ?? (() => 1),
    durations: exponential(meanDuration(nOverR)),
    roundTripMs: ROUND_TRIP_MS,
    gapSeconds: 2 * nOverR,
    warmUpSeconds: 300 + 3 * nOverR,
    measuredSeconds: Math.max(2 * nOverR, (samples * meanDuration(nOverR)) / tasks),
    seed: 1,
  });
  return point(series, nOverR, delays, throttled / calls);
}

function point(series: string, nOverR: number, delaysOfZones: number[][], throttled: number): CurvePoint {
  const delays = delaysOfZones.flat();
  return { series, nOverR, meanSeconds: mean(delays), p99Seconds: percentile(delays, 0.99), throttled };
}

/** Puts the figures side by side. */
export function curveTable(points: readonly CurvePoint[]): Table {
  const ratios = [...new Set(points.map(({ nOverR }) => nOverR))];
  const series = [...new Set(points.map((each) => each.series))];
  const cell = (name: string, nOverR: number): string => {
    const found = points.find((each) => each.series === name && each.nOverR === nOverR);
    if (!found) return '';
    const refused = found.throttled > 0 ? `, ${(100 * found.throttled).toFixed(0)} %` : '';
    return `${seconds(found.meanSeconds)}, ${seconds(found.p99Seconds)}${refused}`;
  };
  return {
    title: 'Policy, simulated: mean and p99 of the delay in seconds, and refused calls, against N/R',
    columns: ['N/R (s)', 'bound (s)', ...series],
    rows: ratios.map((ratio) => [
      String(ratio),
      String(Math.max(ratio / 2, 0.5)),
      ...series.map((name) => cell(name, ratio)),
    ]),
    notes: [
      'Bound of the mean: the larger of N/2R and half of the shortest interval, 0.5 s. Durations: exponential, mean ' +
        `${CURVE_DURATION_SECONDS / 60} minutes, or ${LEAST_CYCLES} N/R where that is more.`,
      "The others' schedules, against a cloud that answers so many calls in each second of its clock and refuses " +
        'the rest; refused calls are forgiven, while some of those clients would give up.',
    ],
  };
}

function seconds(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}
