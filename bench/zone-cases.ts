import { setTimeout as sleep } from 'node:timers/promises';

import { DEFAULT_POLLING } from '../src/client';

import { measureIdleOverhead } from './idle-follows';
import { startFollows } from './many-follows';
import { busiestSecond, expectedDelay, gapsOf, largestGap, throttledCalls } from './measure';
import type { Table } from './suite';
import { createBenchWorld } from './world';

/** What one of two zones gets; durations in seconds. */
export interface ZoneFigures {
  zone: string;
  follows: number;
  callsPerSecond: number;
  /** Mean detection, by the gaps between the calls of each task, of tasks that end at any moment alike. */
  meanDelay: number;
  /** The same, were the zone's share of the calls all its own. */
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

const RATE = 22;
const SMALL = { zone: 'z-small', follows: 2 };
const LARGE = { zone: 'z-large', follows: 198 };
/** The large zone is polled once round in nine seconds. */
const WARM_UP_SECONDS = 15;
const SECONDS = 30;
/** The follows never end. */
const DURATION_MS = 3_600_000;

/** Measures two zones, of which one has 99 times the follows of the other, that want more calls than the quota allows. */
export async function measureZones(): Promise<ZonesResult> {
  const world = await createBenchWorld({ statusCallsPerSecond: RATE, requestsPerSecond: RATE, workers: 1 });
  try {
    const cycleSeconds = DEFAULT_POLLING.minIntervalSeconds + (await measureIdleOverhead(world)).cycleMs / 1000;
    for (const { zone, follows } of [LARGE, SMALL]) {
      const taskIds = Array.from({ length: follows }, (_, index) => `${zone}-${index}`);
      await startFollows(world, taskIds, { zone, durationMs: DURATION_MS, polling: () => ({ ageFraction: 0 }) });
    }
    await sleep(1000 * WARM_UP_SECONDS);
    const fromMs = Date.now();
    await sleep(1000 * SECONDS);
    const toMs = Date.now();
    const calls = (await world.emulator.calls()).filter(({ at }) => at >= fromMs && at < toMs);
    // Half of the calls would be the small zone's, which wants fewer: the rest is the large one's.
    const smallRate = Math.min(RATE / 2, SMALL.follows / cycleSeconds);
    const figuresOf = ({ zone, follows }: typeof SMALL, rate: number): ZoneFigures => {
      const own = calls.filter(({ taskId }) => taskId.startsWith(zone));
      return {
        zone,
        follows,
        callsPerSecond: own.length / ((toMs - fromMs) / 1000),
        meanDelay: expectedDelay(gapsOf(own)) / 1000,
        fairDelay: follows / rate / 2,
        largestGap: largestGap(own) / 1000,
      };
    };
    return {
      statusCallsPerSecond: RATE,
      zones: [figuresOf(SMALL, smallRate), figuresOf(LARGE, RATE - smallRate)],
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
      `${meanDelay.toFixed(2)} s`,
      `${fairDelay.toFixed(2)} s`,
      (meanDelay / fairDelay).toFixed(2),
      `${gap.toFixed(1)} s`,
    ]),
    notes: [
      `Busiest second ${shared.busiestSecond}, throttled ${shared.throttled}.`,
      'Mean delay: detection by the gaps between the calls of each task. Polling with ageFraction 0.',
      'Fair share: the small zone may have half of the calls and needs fewer, one a follow and idle cycle; the large one has the rest.',
    ],
  };
}
