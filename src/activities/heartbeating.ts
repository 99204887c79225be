import { heartbeat } from '@temporalio/activity';

/** Tells the server again and again that this worker is alive, until the work is over. */
export async function heartbeating<T>(intervalMs: number, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat(), intervalMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
