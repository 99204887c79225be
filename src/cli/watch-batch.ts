import { setTimeout as delay } from 'node:timers/promises';

import type { BatchClient, BatchWaitResult, WaitOptions } from '../client';

import { BatchProgressView } from './batch-progress';
import type { ProgressStream } from './live-lines';

const REFRESH_MS = 1_000;

/**
 * Waits for the report of a batch, showing its progress meanwhile.
 *
 * @param stream - shows the progress
 */
export async function waitShowingBatch(
  client: Pick<BatchClient, 'progress' | 'waitForReport'>,
  workflowId: string,
  options: WaitOptions,
  stream: ProgressStream,
): Promise<BatchWaitResult> {
  const view = new BatchProgressView(stream);
  const done = new AbortController();
  const shown = showUntil(done.signal, client, workflowId, view);
  try {
    return await client.waitForReport(workflowId, options);
  } finally {
    done.abort();
    // No call may outlive its connection: the SDK would send it again on a closed one, which ends the process.
    await shown;
    view.clear();
  }
}

async function showUntil(
  signal: AbortSignal,
  client: Pick<BatchClient, 'progress'>,
  workflowId: string,
  view: BatchProgressView,
): Promise<void> {
  while (!signal.aborted) {
    // Without a worker nobody answers the query; the wait itself goes on.
    const progress = await client.progress(workflowId, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    view.show(progress, Date.now());
    await delay(REFRESH_MS, undefined, { signal }).catch(() => undefined);
  }
}
