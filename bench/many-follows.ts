import { setTimeout as sleep } from 'node:timers/promises';

import { mapBounded } from '../src/cli/bounded';
import type { Polling } from '../src/client';

import { ZONE } from './emulator-messages';
import { percentile } from './measure';
import type { BenchWorld } from './world';

/** Calls of the client at a time. */
const AT_ONCE = 20;

/** What the tasks of {@link startFollows} have in common. */
export interface ManyTasks {
  zone?: string;
  durationMs: number;
  /** What the follow at an index is told. */
  polling: (index: number) => Partial<Polling>;
}

/** Sets tasks and starts their follows as fast as the server takes them. */
export async function startFollows(
  { emulator, client }: BenchWorld,
  taskIds: readonly string[],
  { zone = ZONE, durationMs, polling }: ManyTasks,
): Promise<void> {
  await emulator.setTasks(taskIds.map((taskId) => ({ zone, taskId, durationMs })));
  await mapBounded([...taskIds.entries()], AT_ONCE, ([index, taskId]) =>
    client.follow({ zoneId: zone, taskId, polling: polling(index) }),
  );
}

/** How long it took until follows had been polled, and answered by the API; in seconds. */
export interface PolledAfter {
  /** Absent when it took longer than was waited for. */
  most?: number;
  all?: number;
}

const LOOK_MS = 500;
const MOST = 0.95;
const STATUSES = ['InProgress', 'Success'];

/** Waits until each of so many tasks has been polled since an instant, or the patience (in seconds) ends. */
export async function polledAfter(
  { emulator }: BenchWorld,
  tasks: number,
  sinceMs: number,
  patience: number,
): Promise<PolledAfter> {
  for (;;) {
    const calls = (await emulator.calls()).filter(({ at, answered }) => at >= sinceMs && STATUSES.includes(answered));
    const firstAt = new Map(calls.toReversed().map(({ taskId, at }) => [taskId, (at - sinceMs) / 1000]));
    const isAll = firstAt.size >= tasks;
    if (isAll || Date.now() > sinceMs + 1000 * patience) {
      const times = [...firstAt.values(), ...Array.from({ length: tasks - firstAt.size }, () => Infinity)];
      const most = percentile(times, MOST);
      return { ...(most < Infinity && { most }), ...(isAll && { all: Math.max(...times) }) };
    }
    await sleep(LOOK_MS);
  }
}

/** Words a time of {@link PolledAfter}. */
export function polledText(seconds: number | undefined, patience: number): string {
  return seconds === undefined ? `> ${patience} s` : `${seconds.toFixed(1)} s`;
}
