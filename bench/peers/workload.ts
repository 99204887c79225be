import { createRandom, exponential } from '../random';

/** A cloud task to come. */
export interface PlannedTask {
  taskId: string;
  /** Milliseconds from the begin of the run. */
  startMs: number;
  durationMs: number;
}

/** How many tasks there are, and how long they last. */
export interface WorkloadOptions {
  /** Tasks in flight: where one ends, the next begins. */
  slots: number;
  /** Mean of the exponential durations in ms. */
  meanMs: number;
  /** The first tasks begin evenly within so many ms. */
  staggerMs: number;
  /** No task begins later, in ms. */
  horizonMs: number;
  seed: number;
}

/**
 * Plans the tasks of a run, in order of their begin. They depend on the options alone and not on who follows them, so
 * that every peer meets the same ones: a peer that is late has more to follow, as in life.
 */
export function planTasks({ slots, meanMs, staggerMs, horizonMs, seed }: WorkloadOptions): PlannedTask[] {
  const tasks: PlannedTask[] = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const random = createRandom(seed * 1_000_003 + slot);
    let startMs = Math.round((slot * staggerMs) / slots);
    for (let turn = 0; startMs <= horizonMs; turn += 1) {
      const durationMs = Math.max(1, Math.round(exponential(random, meanMs)));
      tasks.push({ taskId: `t-${slot}-${turn}`, startMs, durationMs });
      startMs += durationMs;
    }
  }
  return tasks.sort((a, b) => a.startMs - b.startMs);
}
