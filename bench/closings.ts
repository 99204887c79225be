import { setTimeout as sleep } from 'node:timers/promises';

import type { BenchWorld } from './world';

const GIVE_UP_MS = 30_000;
const LOOK_MS = 200;

/**
 * Tells when follows ended, as the server closed them: epoch ms by task id.
 *
 * @throws Error when one of them has not ended within 30 s
 */
export async function closedAtOf(world: BenchWorld, taskIds: readonly string[]): Promise<Map<string, number>> {
  const giveUpAtMs = Date.now() + GIVE_UP_MS;
  for (;;) {
    const closedAt = await closedFollows(world);
    const open = taskIds.filter((taskId) => !closedAt.has(taskId));
    if (open.length === 0) return closedAt;
    if (Date.now() > giveUpAtMs) throw new Error(`${open.length} follows have not ended, ${open[0]} among them`);
    await sleep(LOOK_MS);
  }
}

/** Tells of every follow that has ended when that was: epoch ms by task id. */
export async function closedFollows({ client }: BenchWorld): Promise<Map<string, number>> {
  const closedAt = new Map<string, number>();
  for await (const follow of client.list({ running: false })) {
    if (follow.closedAt !== undefined) closedAt.set(follow.taskId, Date.parse(follow.closedAt));
  }
  return closedAt;
}
