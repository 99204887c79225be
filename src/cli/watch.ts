import { setTimeout as delay } from 'node:timers/promises';

import type { ProvisioningClient, WaitOptions, WaitResult } from '../client';

import { Progress, type Watched } from './progress';

const REFRESH_MS = 500;

/** What is needed of a client. */
export type WatchingClient = Pick<ProvisioningClient, 'status' | 'waitForOutcome'>;

/** A task by its ids. */
export interface TaskIds {
  zoneId: string;
  taskId: string;
}

/** Waits for the outcomes of tasks, showing their progress on stderr meanwhile; the order of results is that of tasks. */
export async function waitShowingProgress(
  client: WatchingClient,
  tasks: readonly TaskIds[],
  options: WaitOptions,
): Promise<WaitResult[]> {
  const progress = new Progress(process.stderr);
  const done = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, done.signal]) : done.signal;
  const waits = tasks.map(({ zoneId, taskId }) => client.waitForOutcome(zoneId, taskId, { ...options, signal }));
  const shown = showUntil(done.signal, client, tasks, progress);
  try {
    return await Promise.all(waits);
  } finally {
    done.abort();
    // No call may outlive its connection: the SDK would send it again on a closed one, which ends the process.
    await Promise.allSettled([shown, ...waits]);
    progress.clear();
  }
}

async function showUntil(
  done: AbortSignal,
  client: WatchingClient,
  tasks: readonly TaskIds[],
  progress: Progress,
): Promise<void> {
  while (!done.aborted) {
    const follows = await Promise.all(tasks.map((task) => watch(client, task, done)));
    if (done.aborted) return;
    progress.show(follows, Date.now());
    await delay(REFRESH_MS, undefined, { signal: done }).catch(() => undefined);
  }
}

/** Without a worker nobody answers the query; the wait itself goes on. */
async function watch(client: WatchingClient, { zoneId, taskId }: TaskIds, signal: AbortSignal): Promise<Watched> {
  return { taskId, snapshot: await client.status(zoneId, taskId, { signal }).catch(() => undefined) };
}
