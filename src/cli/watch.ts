import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { ProvisioningClient, WaitOptions, WaitResult } from '../client';

import { mapBounded } from './bounded';
import type { ProgressStream } from './live-lines';
import { Progress, type Watched } from './progress';
import type { TaskIds } from './tasks';

const REFRESH_MS = 500;
const AT_ONCE = 20;

/** What is needed of a client; a wait may bring a result of the caller's own besides {@link WaitResult}. */
export interface WatchingClient<Own extends { kind: string } = never> {
  status: ProvisioningClient['status'];
  waitForOutcome(zoneId: string, taskId: string, options?: WaitOptions): Promise<WaitResult | Own>;
}

/**
 * Waits for the outcomes of tasks, showing their progress meanwhile; the order of results is that of tasks.
 *
 * @param stream - shows the progress
 * @throws the first failure of a wait, which ends the others
 */
export async function waitShowingProgress<Own extends { kind: string } = never>(
  client: WatchingClient<Own>,
  tasks: readonly TaskIds[],
  options: WaitOptions,
  stream: ProgressStream = process.stderr,
): Promise<(WaitResult | Own)[]> {
  const progress = new Progress(stream);
  const done = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, done.signal]) : done.signal;
  // Each wait and each question listens to them, and Node warns of more than ten.
  setMaxListeners(0, signal, done.signal);
  const live = tasks.map((task): Live => ({ ...task, isOver: false }));
  const waits = live.map(async (task) => {
    const result = await client.waitForOutcome(task.zoneId, task.taskId, { ...options, signal });
    task.isOver = true;
    if (isEnded(result)) task.snapshot = result.outcome;
    return result;
  });
  const shown = showUntil(done.signal, client, live, progress);
  try {
    return await Promise.all(waits);
  } finally {
    done.abort();
    // No call may outlive its connection: the SDK would send it again on a closed one, which ends the process.
    await Promise.allSettled([shown, ...waits]);
    progress.clear();
  }
}

/** What is known of a task that is waited for. */
interface Live extends Watched {
  /** Its wait is over: nothing more will change. */
  isOver: boolean;
}

async function showUntil(
  done: AbortSignal,
  client: Pick<WatchingClient, 'status'>,
  tasks: readonly Live[],
  progress: Progress,
): Promise<void> {
  while (!done.aborted) {
    const running = tasks.filter(({ isOver }) => !isOver);
    await mapBounded(running, AT_ONCE, (task) => refresh(client, task, done));
    if (done.aborted) return;
    progress.show(tasks, Date.now());
    // The more are asked for, the less often each is.
    const pauseMs = REFRESH_MS * Math.max(1, running.length / AT_ONCE);
    await delay(pauseMs, undefined, { signal: done }).catch(() => undefined);
  }
}

/** Without a worker nobody answers the query; the wait itself goes on. */
async function refresh(client: Pick<WatchingClient, 'status'>, task: Live, signal: AbortSignal): Promise<void> {
  const snapshot = await client.status(task.zoneId, task.taskId, { signal }).catch(() => undefined);
  if (!task.isOver) task.snapshot = snapshot;
}

function isEnded(result: { kind: string }): result is Extract<WaitResult, { kind: 'ended' }> {
  return result.kind === 'ended';
}
