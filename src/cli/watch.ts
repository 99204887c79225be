import { setTimeout as delay } from 'node:timers/promises';

import type { ProvisioningClient, WaitOptions, WaitResult } from '../client';

import { Progress, type Watched } from './progress';

const REFRESH_MS = 500;

/** A task by its ids. */
export interface TaskIds {
  zoneId: string;
  taskId: string;
}

/** Waits for the outcomes of tasks, showing their progress on stderr meanwhile; the order of results is that of tasks. */
export async function waitShowingProgress(
  client: ProvisioningClient,
  tasks: readonly TaskIds[],
  options: WaitOptions,
): Promise<WaitResult[]> {
  const progress = new Progress(process.stderr);
  const done = new AbortController();
  const waits = Promise.all(tasks.map(({ zoneId, taskId }) => client.waitForOutcome(zoneId, taskId, options)));
  void showUntil(done.signal, client, tasks, progress);
  try {
    return await waits;
  } finally {
    // Not awaited: a query that no worker answers would hold up the result.
    done.abort();
    progress.clear();
  }
}

async function showUntil(
  done: AbortSignal,
  client: ProvisioningClient,
  tasks: readonly TaskIds[],
  progress: Progress,
): Promise<void> {
  while (!done.aborted) {
    const follows = await Promise.all(tasks.map((task) => watch(client, task)));
    if (done.aborted) return;
    progress.show(follows, Date.now());
    await delay(REFRESH_MS, undefined, { signal: done }).catch(() => undefined);
  }
}

/** Without a worker nobody answers the query; the wait itself goes on. */
async function watch(client: ProvisioningClient, { zoneId, taskId }: TaskIds): Promise<Watched> {
  return { taskId, snapshot: await client.status(zoneId, taskId).catch(() => undefined) };
}
