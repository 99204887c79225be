import { setTimeout as sleep } from 'node:timers/promises';

import { polledAfter, startFollows, type PolledAfter } from './many-follows';
import { busiestSecond, throttledCalls } from './measure';
import type { BenchProcess } from './processes';
import { createBenchWorld, type BenchWorld } from './world';

/** How many calls a worker makes in one second at most, and what it is told. */
export interface RateFigures {
  name: string;
  statusCallsPerSecond: number;
  follows: number;
  /** Calls that arrived in any rolling second. */
  busiestSecond: number;
  callsPerSecond: number;
  throttled: number;
  /** Where the case names a moment: how long after it the follows had been polled. */
  polled?: PolledAfter;
}

/** How long the parts last, in seconds. */
export interface RateTimes {
  steady: number;
  workerOutage: number;
  /** 0 leaves the case out. */
  apiOutage: number;
  /** Each of the two halves, before and after the death of one worker; 0 leaves the case out. */
  twoWorkers: number;
  /** How long to wait at most until all follows have been polled. */
  patience: number;
}

const RATE = 22;
/** A call for each takes five seconds. */
const FOLLOWS = 5 * RATE;
/** The follows never end. */
const DURATION_MS = 3_600_000;
/** After all have been polled: what a burst leaves behind shows in the second after it. */
const MORE_MS = 2_000;

/** Measures one worker after the other in one world, with follows that would be polled as fast as the quota allows. */
export async function measureRates(times: RateTimes, progress: (text: string) => void): Promise<RateFigures[]> {
  const world = await createBenchWorld({ statusCallsPerSecond: RATE, requestsPerSecond: RATE, workers: 0 });
  const figures: RateFigures[] = [];
  const add = (more: RateFigures): void => {
    figures.push(more);
    progress(`rate ${more.name}: ${more.busiestSecond} calls in the busiest second`);
  };
  const addPolled = async (name: string, fromMs: number): Promise<void> => {
    const polled = await polledAfter(world, FOLLOWS, fromMs, times.patience);
    await sleep(MORE_MS);
    add({ ...(await figuresOf(world, name, fromMs)), polled });
  };
  try {
    let worker = await world.startWorker();
    const taskIds = Array.from({ length: FOLLOWS }, (_, index) => `rate-${index}`);
    const startMs = Date.now();
    await startFollows(world, taskIds, { durationMs: DURATION_MS, polling: () => ({ ageFraction: 0 }) });
    await addPolled('at start', startMs);

    const steadyMs = Date.now();
    await sleep(1000 * times.steady);
    add(await figuresOf(world, 'steady', steadyMs));

    await world.killWorker(worker);
    await sleep(1000 * times.workerOutage);
    worker = await world.startWorker();
    await addPolled(`after ${times.workerOutage} s without a worker`, Date.now());

    if (times.apiOutage > 0) {
      const fromMs = Date.now();
      const toMs = fromMs + 1000 * times.apiOutage;
      const answer = { httpStatus: 503, rawBody: 'Service Unavailable' };
      await world.emulator.setOutages([{ fromMs, toMs, answer }]);
      await sleep(toMs - Date.now());
      await addPolled(`after ${times.apiOutage} s without the API`, toMs);
    }
    if (times.twoWorkers > 0) add(await twoWorkers(world, worker, times.twoWorkers));
    return figures;
  } finally {
    await world.close();
  }
}

async function twoWorkers(world: BenchWorld, first: BenchProcess, seconds: number): Promise<RateFigures> {
  const fromMs = Date.now();
  await world.startWorker();
  await sleep(1000 * seconds);
  await world.killWorker(first);
  await sleep(1000 * seconds);
  return figuresOf(world, 'two workers, one killed', fromMs);
}

async function figuresOf({ emulator }: BenchWorld, name: string, fromMs: number): Promise<RateFigures> {
  const calls = (await emulator.calls()).filter(({ at }) => at >= fromMs);
  return {
    name,
    statusCallsPerSecond: RATE,
    follows: FOLLOWS,
    busiestSecond: busiestSecond(calls.map(({ at }) => at)),
    callsPerSecond: calls.length / ((Date.now() - fromMs) / 1000),
    throttled: throttledCalls(calls),
  };
}
