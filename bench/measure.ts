import type { StatusCall } from './emulator-messages';

/** So late, in N/R, may the end of a task be known at the latest: a round, and what the schedule and the pace add. */
export const LATEST_ROUNDS = 1.7;

/**
 * Returns the most instants in any rolling window [t, t + windowMs).
 *
 * @param instants - epoch ms, in ascending order
 * @param windowMs - default one second
 */
export function busiestSecond(instants: readonly number[], windowMs = 1000): number {
  let most = 0;
  let first = 0;
  instants.forEach((instant, index) => {
    while ((instants[first] ?? instant) <= instant - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

/** Returns the arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Adds up. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Returns the smallest value that at least the given share of the values does not exceed; NaN of nothing.
 *
 * @param share - above 0 and at most 1
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
}

/** Returns the middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1));
}

/** Lists the milliseconds between two calls of the same task, over all tasks. */
export function gapsOf(calls: readonly Pick<StatusCall, 'at' | 'taskId'>[]): number[] {
  const last = new Map<string, number>();
  return calls.flatMap(({ at, taskId }) => {
    const before = last.get(taskId);
    last.set(taskId, at);
    return before === undefined ? [] : [at - before];
  });
}

/** Returns the longest time in ms that any task waited between two of its calls; 0 when none was called twice. */
export function largestGap(calls: readonly Pick<StatusCall, 'at' | 'taskId'>[]): number {
  return Math.max(0, ...gapsOf(calls));
}

/**
 * Returns the mean of the time in ms from any moment between two calls of a task to the second of them: what a task
 * waits to be seen that ends at any moment alike. NaN when no task was called twice.
 */
export function expectedDelay(gaps: readonly number[]): number {
  return sum(gaps.map((gap) => (gap * gap) / 2)) / sum(gaps);
}

/** Counts the calls that the cloud refused for their rate. */
export function throttledCalls(calls: readonly Pick<StatusCall, 'answered'>[]): number {
  return calls.filter(({ answered }) => answered.startsWith('RequestLimitExceeded')).length;
}
