import { setTimeout as delay } from 'node:timers/promises';

import { usageOf, type BenchProcess } from '../processes';

import type { MemorySample } from './memory';
import { planReplacement } from './plan';
import type { SoakWorld, Version } from './world';

/** One worker process, the pid of which the histories have. */
export interface WorkerRecord {
  version: Version;
  /** What ended it, and when, epoch ms. */
  end?: { signal: NodeJS.Signals; atMs: number };
}

/** What happened to the workers. */
export interface FleetRecord {
  /** All there were, by pid. */
  workers: Map<number, WorkerRecord>;
  /** What a drain ended with, when not with exit code 0. */
  badDrains: string[];
  longestDrainSeconds: number;
  /** Of the steady one. */
  memory: MemorySample[];
}

/** One worker that stays, and others that are replaced in turn. */
export interface Fleet {
  record: FleetRecord;
  /**
   * Replaces no more; the workers of then run on.
   *
   * @throws what kept a worker from being replaced
   */
  stop(): Promise<void>;
}

const CHANGING_PLACES = 2;
const SAMPLE_MS = 2_000;

/** Starts the workers, and replaces them until it is stopped. */
export async function startFleet(
  world: SoakWorld,
  random: () => number,
  progress: (text: string) => void,
): Promise<Fleet> {
  const record: FleetRecord = {
    workers: new Map(),
    badDrains: [],
    longestDrainSeconds: 0,
    memory: [],
  };
  const start = async (version: Version): Promise<BenchProcess> => {
    const worker = await world.startWorker(version);
    record.workers.set(worker.pid, { version });
    return worker;
  };
  const steady = await start('present');
  const changing = await Promise.all(Array.from({ length: CHANGING_PLACES }, () => start('last')));
  const stop = new AbortController();
  const sampling = setInterval(() => {
    const { rssBytes } = usageOf(steady.pid) ?? {};
    if (rssBytes !== undefined) record.memory.push({ atMs: Date.now(), rssBytes });
  }, SAMPLE_MS);

  const replaceInTurn = async (): Promise<void> => {
    for (;;) {
      const { afterSeconds, place, signal, by, isOverlapping } = planReplacement(random, changing.length);
      await delay(afterSeconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
      const old = changing[place];
      if (stop.signal.aborted || !old) return;
      progress(`${signal} to a worker, ${isOverlapping ? 'after' : 'before'} the start of one of the ${by} version`);
      if (isOverlapping) changing[place] = await start(by);
      await end(record, old, signal);
      if (!isOverlapping) changing[place] = await start(by);
    }
  };
  const replaced = replaceInTurn();
  replaced.catch(() => undefined);
  return {
    record,
    async stop() {
      stop.abort();
      clearInterval(sampling);
      await replaced;
    },
  };
}

async function end(record: FleetRecord, worker: BenchProcess, signal: NodeJS.Signals): Promise<void> {
  const beganMs = Date.now();
  const known = record.workers.get(worker.pid);
  if (known) known.end = { signal, atMs: beganMs };
  const code = await worker.end(signal);
  if (signal === 'SIGKILL') return;
  record.longestDrainSeconds = Math.max(record.longestDrainSeconds, (Date.now() - beganMs) / 1000);
  if (code !== 0) record.badDrains.push(`exit code ${code}: ${worker.output().slice(-500)}`);
}
