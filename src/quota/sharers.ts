import type { Poller } from '../task-queues';

/** A poll without a task is answered within 60 s. */
const IDLE_SILENCE_MS = 70_000;
/** Where tasks wait, every worker asks for the next within a moment. */
const BUSY_SILENCE_MS = 10_000;

/**
 * Counts the workers that share the quota, this one included. The server remembers a poller for minutes after its last
 * poll, so how long it is silent tells whether it lives, by the server's clock alone.
 *
 * @param isBusy - tasks wait in the queue
 */
export function countSharers(pollers: readonly Poller[], identity: string, isBusy: boolean): number {
  const nowMs = Math.max(...pollers.map(({ lastPollMs }) => lastPollMs));
  const sinceMs = nowMs - (isBusy ? BUSY_SILENCE_MS : IDLE_SILENCE_MS);
  const living = pollers.filter(({ lastPollMs }) => lastPollMs >= sinceMs);
  return new Set([identity, ...living.map((poller) => poller.identity)]).size;
}
