import { setTimeout as sleep } from 'node:timers/promises';

import { mapBounded } from '../src/cli/bounded';

import { closedAtOf } from './closings';
import { ZONE } from './emulator-messages';
import { gapsOf, mean } from './measure';
import type { BenchWorld } from './world';

/** What is lost beside waiting for a turn: what a worker with next to nothing to do loses too; milliseconds. */
export interface IdleOverhead {
  /** From a poll to the next, beyond the interval: Temporal's timer, tasks of workflow and activity, the call. */
  cycleMs: number;
  /** From the arrival of the call that is answered `Success` to the end of the follow. */
  deliveryMs: number;
}

const FOLLOWS = 4;
const INTERVAL_SECONDS = 1;
const SECONDS = 6;

/** Follows a few tasks that are polled once a second. */
export async function measureIdleOverhead(world: BenchWorld): Promise<IdleOverhead> {
  const { emulator, client } = world;
  const taskIds = Array.from({ length: FOLLOWS }, (_, index) => `idle-${index}`);
  const polling = { minIntervalSeconds: INTERVAL_SECONDS, maxIntervalSeconds: INTERVAL_SECONDS };
  await emulator.setTasks(taskIds.map((taskId) => ({ taskId, durationMs: 1000 * (SECONDS - INTERVAL_SECONDS) })));
  await mapBounded(taskIds, 1, async (taskId) => {
    await client.follow({ zoneId: ZONE, taskId, polling });
    // Apart, so that they do not wait for each other.
    await sleep((1000 * INTERVAL_SECONDS) / FOLLOWS);
  });
  await Promise.all(taskIds.map((taskId) => client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 })));
  const calls = (await emulator.calls()).filter(({ taskId }) => taskIds.includes(taskId));
  const closedAt = await closedAtOf(world, taskIds);
  return {
    cycleMs: mean(gapsOf(calls)) - 1000 * INTERVAL_SECONDS,
    deliveryMs: mean(
      calls
        .filter(({ answered }) => answered === 'Success')
        .map(({ at, taskId }) => (closedAt.get(taskId) ?? NaN) - at),
    ),
  };
}
