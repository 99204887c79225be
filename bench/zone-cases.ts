import { setTimeout as sleep } from 'node:timers/promises';

import { startFollows } from './many-follows';
import { busiestSecond, expectedDelay, gapsOf, largestGap, throttledCalls } from './measure';
import type { Table } from './suite';
import { createBenchWorld } from './world';

/** What one of two zones gets; durations in seconds. */
export interface ZoneFigures {
  zone: string;
  follows: number;
  callsPerSecond: number;
  /**
   * Mean detection, by the gaps between the calls of each task, of tasks that end at any moment alike; absent where
   * the time measured held less than two rounds of the zone.
   */
  meanDelay?: number;
  /** The least mean, were the zone's share of the calls all its own: N / 2R of the zone. */
  fairDelay: number;
  largestGap: number;
}

/** The figures of both, and of the quota that they share. */
export interface ZonesResult {
  statusCallsPerSecond: number;
  zones: ZoneFigures[];
  busiestSecond: number;
  throttled: number;
}

/** Either zone wants more than its half of the calls, of which the small one's suffices for a round in five seconds. */
const RATE = 8;
const SMALL = { zone: 'z-small', follows: 20 };
const LARGE = { zone: 'z-large', follows: 1_980 };
const WARM_UP_SECONDS = 15;
const SECONDS = 80;
/** The follows never end. */
const DURATION_MS = 3_600_000;

/** Measures two zones, of which one has 99 times the follows of the other, that want more calls than the quota allows. */
export async function measureZones(): Promise<ZonesResult> {
  const world = await createBenchWorld({ statusCallsPerSecond: RATE, requestsPerSecond: RATE, workers: 1 });
  try {
    for (const { zone, follows } of [LARGE, SMALL]) {
      const taskIds = Array.from({ length: follows }, (_, index) => `${zone}-${index}`);
      await startFollows(world, taskIds, { zone, durationMs: DURATION_MS, polling: () => ({ ageFraction: 0 }) });
    }
    await sleep(1000 * WARM_UP_SECONDS);
    const fromMs = Date.now();
    await sleep(1000 * SECONDS);
    const toMs = Date.now();
    const calls = (await world.emulator.calls()).filter(({ at }) => at >= fromMs && at < toMs);
    const figuresOf = ({ zone, follows }: typeof SMALL): ZoneFigures => {
      const own = calls.filter(({ taskId }) => taskId.startsWith(zone));
      return {
        zone,
        follows,
        callsPerSecond: own.length / ((toMs - fromMs) / 1000),
        ...(own.length >= 2 * follows && { meanDelay: expectedDelay(gapsOf(own)) / 1000 }),
        fairDelay: follows / RATE,
        largestGap: largestGap(own) / 1000,
      };
    };
    return {
      statusCallsPerSecond: RATE,
      zones: [SMALL, LARGE].map(figuresOf),
      busiestSecond: busiestSecond(calls.map(({ at }) => at)),
      throttled: throttledCalls(calls),
    };
  } finally {
    await world.close();
  }
}

/** Shows what the zones got. */
export function zonesTable({ statusCallsPerSecond, zones, ...shared }: ZonesResult): Table {
  return {
    title: `Two zones of 1 : 99 share ${statusCallsPerSecond} status calls/s`,
    columns: ['zone', 'follows', 'calls/s', 'mean delay', 'of its fair share', 'ratio', 'largest gap'],
    rows: zones.map(({ zone, follows, callsPerSecond, meanDelay, fairDelay, largestGap: gap }) => [
      zone,
      String(follows),
      callsPerSecond.toFixed(1),
      meanDelay === undefined ? '–' : `${meanDelay.toFixed(2)} s`,
      `${fairDelay.toFixed(2)} s`,
      meanDelay === undefined ? '–' : (meanDelay / fairDelay).toFixed(2),
      gap === 0 ? '–' : `${gap.toFixed(1)} s`,
    ]),
    notes: [
      `Busiest second ${shared.busiestSecond}, throttled ${shared.throttled}.`,
      'Mean delay: detection by the gaps between the calls of each task. Polling with ageFraction 0.',
      `Fair share: half of the calls for each zone. A round of the large one takes longer than the ${SECONDS} s measured.`,
    ],
  };
}
