import type { Poller, TaskQueueKey } from '../task-queues';

import { failed, ok, warning, type Finding } from './check';

/** Who polls a task queue. */
export interface PolledQueue extends Pick<TaskQueueKey, 'queue' | 'kind'> {
  pollers: readonly Poller[];
}

/** A poll is answered within 60 s, with or without a task. */
const SILENCE_MS = 90_000;
const START = 'Start a worker: npm run up, or node dist/src/worker.js';

/**
 * Judges whether workers poll every queue. The server remembers a poller for five minutes after its last poll.
 *
 * @param nowMs - epoch ms
 */
export function judgePollers(queues: readonly PolledQueue[], nowMs: number): Finding {
  const detail = queues.map((queue) => sentenceOf(queue, nowMs)).join('; ');
  if (queues.some(({ pollers }) => pollers.length === 0)) return failed(detail, START);
  const isSilent = queues.some((queue) => silenceMs(queue, nowMs) > SILENCE_MS);
  return isSilent
    ? warning(detail, `See whether that worker still runs and has free slots; else start one: ${START}`)
    : ok(detail);
}

function sentenceOf(polled: PolledQueue, nowMs: number): string {
  const { queue, kind, pollers } = polled;
  const workers = new Set(pollers.map(({ identity }) => identity)).size;
  if (workers === 0) return `no ${kind} worker polls ${queue}`;
  const who = workers === 1 ? '1 worker polls' : `${workers} workers poll`;
  return `${who} ${queue}, the last time ${Math.round(silenceMs(polled, nowMs) / 1000)} s ago`;
}

function silenceMs({ pollers }: PolledQueue, nowMs: number): number {
  // The server's clock may be a little ahead.
  return Math.max(0, nowMs - Math.max(...pollers.map(({ lastPollMs }) => lastPollMs)));
}
