import { mapBounded } from '../src/cli/bounded';
import type { Polling } from '../src/client';

import { ZONE, type BenchTask } from './emulator-messages';
import { createRandom, exponential } from './random';
import type { BenchWorld } from './world';

/** A population of follows that neither grows nor shrinks. */
export interface SteadyLoad {
  /** Begins the id of every task. */
  name: string;
  follows: number;
  /** Of the tasks' durations, which are memoryless. */
  meanSeconds: number;
  polling: Partial<Polling>;
  seed: number;
}

/** A task that is followed; instants are epoch ms. */
export interface FollowedTask {
  taskId: string;
  /** What the follow is told as the task's beginning. */
  startedAtMs: number;
  /** From then on it is followed. */
  setAtMs: number;
  /** From then on the cloud answers `Success`. */
  completedAtMs: number;
}

/** The follows of a {@link SteadyLoad}. */
export interface SteadyFollows {
  /** Every task so far, by its id. */
  tasks: ReadonlyMap<string, FollowedTask>;
  /**
   * Replaces ended tasks no more.
   *
   * @throws what kept a task from being replaced
   */
  stop(): void;
}

/** Calls of the client at a time. */
const AT_ONCE = 20;

/**
 * Starts the follows, and replaces each task that ends by a new one. The first tasks have begun before, as those of a
 * population that has been there for ever.
 */
export async function keepFollows(world: BenchWorld, load: SteadyLoad): Promise<SteadyFollows> {
  const { name, follows, meanSeconds, polling, seed } = load;
  const random = createRandom(seed);
  const tasks = new Map<string, FollowedTask>();
  let ids = 0;
  let isStopped = false;
  let failure: Error | undefined;

  const start = async (ages: readonly number[]): Promise<void> => {
    const fresh: BenchTask[] = ages.map(() => ({
      taskId: `${name}-${(ids += 1)}`,
      durationMs: Math.round(1000 * exponential(random, meanSeconds)),
    }));
    const setAtMs = await world.emulator.setTasks(fresh);
    await mapBounded([...fresh.entries()], AT_ONCE, async ([index, { taskId, durationMs = 0 }]) => {
      const startedAtMs = Math.round(setAtMs - 1000 * (ages[index] ?? 0));
      tasks.set(taskId, { taskId, startedAtMs, setAtMs, completedAtMs: setAtMs + durationMs });
      await world.client.follow({ zoneId: ZONE, taskId, startedAt: new Date(startedAtMs).toISOString(), polling });
    });
  };

  await world.emulator.onEnds((taskIds) => {
    const own = taskIds.filter((taskId) => tasks.has(taskId));
    if (isStopped || own.length === 0) return;
    start(own.map(() => 0)).catch((error: Error) => (failure ??= error));
  });
  await start(Array.from({ length: follows }, () => exponential(random, meanSeconds)));
  return {
    tasks,
    stop() {
      isStopped = true;
      if (failure) throw failure;
    },
  };
}
