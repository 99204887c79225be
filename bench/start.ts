import { setTimeout as sleep } from 'node:timers/promises';

import { WORKER_IS_POLLING } from '../src/sentences';

import { ZONE } from './emulator-messages';
import { median } from './measure';
import { usageOf } from './processes';
import type { Suite, SuiteContext, SuiteResult } from './suite';
import { createBenchWorld, type BenchWorld } from './world';

interface Round {
  /** From the start of the process, in seconds. */
  pollingSeconds: number;
  firstCallSeconds: number;
  cpuSeconds?: number;
  rssBytes?: number;
}

const LOOK_MS = 5;
const GIVE_UP_MS = 60_000;
/** After the first call: what the start allocates is there by then. */
const SETTLE_MS = 1_000;

/** Cold start of the worker, with a follow that waits for one. */
export const startSuite: Suite = { name: 'start', run };

async function run(context: SuiteContext): Promise<SuiteResult> {
  const world = await createBenchWorld({ statusCallsPerSecond: 100, requestsPerSecond: 100, workers: 0 });
  try {
    // Apart: the first worker of a server registers the search attributes there, and finds no other that was before it.
    const first = await startOnce(world, 'first');
    const rounds: Round[] = [];
    for (let round = 1; round <= (context.isQuick ? 2 : 5); round += 1) {
      rounds.push(await startOnce(world, `start-${round}`));
      context.progress(`round ${round}: first call after ${rounds.at(-1)?.firstCallSeconds.toFixed(2)} s`);
    }
    return report(first, rounds);
  } finally {
    await world.close();
  }
}

async function startOnce(world: BenchWorld, taskId: string): Promise<Round> {
  const { emulator, client } = world;
  await emulator.setTasks([{ taskId, durationMs: GIVE_UP_MS }]);
  await client.follow({ zoneId: ZONE, taskId });
  const seen = (await emulator.calls()).length;
  const beganMs = Date.now();
  const worker = world.spawnWorker();
  try {
    await worker.until(WORKER_IS_POLLING);
    const pollingMs = Date.now() - beganMs;
    for (;;) {
      const first = (await emulator.calls(seen)).find((call) => call.taskId === taskId);
      if (first) {
        await sleep(SETTLE_MS);
        return {
          pollingSeconds: pollingMs / 1000,
          firstCallSeconds: (first.at - beganMs) / 1000,
          ...usageOf(worker.pid),
        };
      }
      if (Date.now() - beganMs > GIVE_UP_MS)
        throw new Error(`No call within ${GIVE_UP_MS / 1000} s:\n${worker.output()}`);
      await sleep(LOOK_MS);
    }
  } finally {
    await world.killWorker(worker);
    await client.cancel(ZONE, taskId);
  }
}

function report(first: Round, rounds: Round[]): SuiteResult {
  const of = (name: keyof Round): number => median(rounds.flatMap((round) => round[name] ?? []));
  const restart = {
    pollingSeconds: of('pollingSeconds'),
    firstCallSeconds: of('firstCallSeconds'),
    cpuSeconds: of('cpuSeconds'),
    rssBytes: of('rssBytes'),
  };
  const row = (name: string, { pollingSeconds, firstCallSeconds, cpuSeconds, rssBytes }: Round): string[] => [
    name,
    `${pollingSeconds.toFixed(2)} s`,
    `${firstCallSeconds.toFixed(2)} s`,
    cpuSeconds === undefined ? '–' : `${cpuSeconds.toFixed(2)} s`,
    rssBytes === undefined ? '–' : `${(rssBytes / 2 ** 20).toFixed(0)} MiB`,
  ];
  return {
    tables: [
      {
        title: 'Cold start of a worker, with a follow that waits for it',
        columns: ['worker', 'polls after', 'first status call after', 'CPU', 'memory'],
        rows: [row('the first of a server', first), row(`after a crash, median of ${rounds.length}`, restart)],
        notes: ['From the start of the process; CPU and resident memory as they are one second after the first call.'],
      },
    ],
    data: { first, rounds, median: restart },
  };
}
