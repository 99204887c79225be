import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { packageFolder } from '../src/package-folder';
import { messageOf } from '../src/sentences';

import { ZONE } from './emulator-messages';
import type { BenchProcess } from './processes';
import { recordScrapes } from './record-scrapes';
import type { Suite, SuiteContext, SuiteResult } from './suite';
import { createBenchWorld, type BenchWorld } from './world';

/** The Temporal server is away for a while under many follows: what the worker tells meanwhile, and what it costs. */
export const outageSuite: Suite = { name: 'outage', isOnDemand: true, run };

const FOLLOWS = 200;
const OUTAGE_SECONDS = 75;
const ASK_EVERY_MS = 250;
const RATE = 100;
/** As Prometheus would by default; the test of the alerts takes such a recording. */
const SCRAPE_EVERY_MS = 15_000;
const RECORDING = path.join(packageFolder(), '.cache', 'outage-scrapes.txt');

interface HealthAnswer {
  atMs: number;
  isReady: boolean;
  isLive: boolean;
  reasons: string[];
}

async function run(context: SuiteContext): Promise<SuiteResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-outage-'));
  const { isQuick } = context;
  const dbFile = path.join(folder, 'temporal.db');
  const world = await createBenchWorld({ statusCallsPerSecond: RATE, requestsPerSecond: 220, workers: 0, dbFile });
  try {
    return await measure(world, isQuick ? 50 : FOLLOWS, isQuick ? 20 : OUTAGE_SECONDS, (text) =>
      context.progress(text),
    );
  } finally {
    await world.close();
    await rm(folder, { recursive: true });
  }
}

async function measure(
  world: BenchWorld,
  follows: number,
  outageSeconds: number,
  progress: (text: string) => void,
): Promise<SuiteResult> {
  const worker = await world.startWorker();
  const tasks = Array.from({ length: follows }, (_, i) => `t-${i}`);
  // Half end while the server is away, the others up to ten seconds after its return.
  const durationMs = (i: number): number =>
    i % 2 === 0 ? 5_000 + i * 100 : 5_000 + outageSeconds * 1_000 + (i % 10) * 1_000;
  await world.emulator.setTasks(tasks.map((taskId, i) => ({ taskId, durationMs: durationMs(i) })));
  for (const taskId of tasks) await world.client.follow({ zoneId: ZONE, taskId });
  const stop = new AbortController();
  const url = httpUrlOf(worker);
  const asked = watchHealth(url, stop.signal);
  const scraped = recordScrapes([`${url}/metrics`], SCRAPE_EVERY_MS, stop.signal);
  await sleep(5_000);
  progress(`${follows} follows run; the server goes away for ${outageSeconds} s`);
  const goneMs = Date.now();
  await world.killServer();
  await sleep(outageSeconds * 1_000 - (Date.now() - goneMs));
  await world.startServer();
  const backMs = Date.now();
  progress('the server is back');
  const results = await Promise.all(
    tasks.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 180_000 })),
  );
  // What clears after the outage is part of the recording.
  await sleep(2 * SCRAPE_EVERY_MS);
  stop.abort();
  const answers = await asked;
  await mkdir(path.dirname(RECORDING), { recursive: true });
  await writeFile(RECORDING, await scraped);
  await worker.end('SIGTERM');
  const wrong = results.filter((result) => result.kind !== 'ended' || result.outcome.phase !== 'Succeeded');
  const endedMs = results.map((result) => Date.parse((result.kind === 'ended' && result.outcome.endedAt) || ''));
  const secondsAfter = (fromMs: number, atMs: number | undefined): string =>
    atMs === undefined ? 'never' : ((atMs - fromMs) / 1_000).toFixed(1);
  const unready = answers.find(({ atMs, isReady }) => atMs > goneMs && !isReady);
  const readyAgain = answers.find(({ atMs, isReady }) => atMs > backMs && isReady);
  const figures = {
    follows,
    outageSeconds,
    wrongEndings: wrong.length,
    unreadyAfterSeconds: secondsAfter(goneMs, unready?.atMs),
    reasons: unready?.reasons,
    readyAfterSeconds: secondsAfter(backMs, readyAgain?.atMs),
    livenessAnswers: answers.length,
    notAlive: answers.filter(({ isLive }) => !isLive).length,
    lastEndAfterSeconds: secondsAfter(backMs, Math.max(...endedMs)),
  };
  return {
    tables: [
      {
        title: `The Temporal server killed for ${outageSeconds} s under ${follows} follows`,
        columns: [
          'follows',
          'ended wrong',
          '/readyz false after, s',
          '/readyz true after its return, s',
          '/livez answers',
          'of them false',
          'last end after its return, s',
        ],
        rows: [
          [
            String(follows),
            String(figures.wrongEndings),
            figures.unreadyAfterSeconds,
            figures.readyAfterSeconds,
            String(figures.livenessAnswers),
            String(figures.notAlive),
            figures.lastEndAfterSeconds,
          ],
        ],
        notes: [
          `Reasons that /readyz gave: ${figures.reasons?.join('; ')}`,
          `Scrapes are in ${RECORDING}: RECORDING=${RECORDING} npx jest test/monitoring/outage checks that the alert fires`,
        ],
      },
    ],
    data: figures,
  };
}

function httpUrlOf(worker: BenchProcess): string {
  const [, url] = /"httpUrl":"([^"]+)"/.exec(worker.output()) ?? [];
  if (url === undefined) throw new Error('The worker does not tell where it listens');
  return url;
}

async function watchHealth(url: string, signal: AbortSignal): Promise<HealthAnswer[]> {
  const answers: HealthAnswer[] = [];
  while (!signal.aborted) {
    const [ready, live] = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/livez`)]);
    const { reasons } = (await ready.json()) as { reasons: string[] };
    await live.arrayBuffer();
    answers.push({ atMs: Date.now(), isReady: ready.ok, isLive: live.ok, reasons });
    await sleep(ASK_EVERY_MS, undefined, { signal }).catch((error: unknown) => messageOf(error));
  }
  return answers;
}
