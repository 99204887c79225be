import type { Polling } from '../src/client';

import type { StatusCall } from './emulator-messages';
import type { IdleOverhead } from './idle-follows';
import { busiestSecond, expectedDelay, gapsOf, largestGap, mean, percentile, sum, throttledCalls } from './measure';
import type { FollowedTask } from './steady-follows';

/** A span of time, epoch ms. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** What was seen of a steady load. */
export interface Observed {
  tasks: readonly FollowedTask[];
  /** In order of arrival. */
  calls: readonly StatusCall[];
  /** When each follow ended, epoch ms. */
  closedAt: ReadonlyMap<string, number>;
  overhead: IdleOverhead;
  /** When the observation ended, epoch ms: a task that was not seen until then counts as if it had been at that moment. */
  untilMs: number;
}

/** How a load was polled. */
export interface Policy {
  statusCallsPerSecond: number;
  polling: Polling;
}

/** Figures of one span; durations in seconds. */
export interface DelayFigures {
  /** Tasks that completed in the span. */
  completions: number;
  /** Of these, those that were not seen until the observation ended: their delays are longer than counted. */
  unseen: number;
  /** Mean number of follows in flight. */
  inFlight: number;
  /** From the completion of a task to the end of its follow. */
  delay: { mean: number; p50: number; p99: number };
  /** From the completion of a task to the arrival of the call that saw it. */
  detection: { mean: number };
  /** From there to the end of the follow. */
  delivery: { mean: number };
  /** What the mean detection is by the gaps between calls, for tasks that end at any moment alike. */
  detectionByGaps: number;
  /** The least mean delay that polling without knowledge of the durations can have. */
  limit: number;
  /** Mean delay as a multiple of the limit. */
  ratio: number;
  /** Half the interval at which the schedule polled the tasks that ended, on average, and the overhead. */
  scheduled: number;
  largestGap: number;
  busiestSecond: number;
  callsPerSecond: number;
  throttled: number;
  /** Of the tasks that completed in the span. */
  callsPerTask: number;
}

/**
 * Works out the figures of a span.
 *
 * The limit is max(N / 2R, T_min / 2) and what an idle follow loses too: half of what a cycle takes beyond the interval
 * (which T_min cannot contain), and the delivery with its half of a round trip. N is the mean number of follows in
 * flight, so it holds those that wait for their first poll; R is the rate that the worker was told.
 */
export function delayFigures(observed: Observed, { statusCallsPerSecond, polling }: Policy, span: Span): DelayFigures {
  const { tasks, calls, closedAt, overhead, untilMs } = observed;
  const within = calls.filter(({ at }) => at >= span.fromMs && at < span.toMs);
  const seenAt = new Map(calls.flatMap(({ at, taskId, answered }) => (answered === 'Success' ? [[taskId, at]] : [])));
  const completed = tasks.filter(({ completedAtMs: at }) => at >= span.fromMs && at < span.toMs);
  const delays = completed.map(
    ({ taskId, completedAtMs }) => ((closedAt.get(taskId) ?? untilMs) - completedAtMs) / 1000,
  );
  const detections = completed.map(
    ({ taskId, completedAtMs }) => ((seenAt.get(taskId) ?? untilMs) - completedAtMs) / 1000,
  );
  const inFlight = sum(tasks.map((task) => overlapMs(span, task.setAtMs, seenAt.get(task.taskId)))) / lengthMs(span);
  const overheadSeconds = (overhead.cycleMs / 2 + overhead.deliveryMs) / 1000;
  const limit = Math.max(inFlight / statusCallsPerSecond, polling.minIntervalSeconds) / 2 + overheadSeconds;
  const meanDelay = mean(delays);
  const ended = new Set(completed.map(({ taskId }) => taskId));
  return {
    completions: completed.length,
    unseen: completed.filter(({ taskId }) => !seenAt.has(taskId)).length,
    inFlight,
    delay: { mean: meanDelay, p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) },
    detection: { mean: mean(detections) },
    delivery: { mean: meanDelay - mean(detections) },
    detectionByGaps: expectedDelay(gapsOf(within)) / 1000,
    limit,
    ratio: meanDelay / limit,
    scheduled: mean(completed.map((task) => scheduledInterval(polling, task))) / 2 + overheadSeconds,
    largestGap: largestGap(within) / 1000,
    busiestSecond: busiestSecond(within.map(({ at }) => at)),
    callsPerSecond: within.length / (lengthMs(span) / 1000),
    throttled: throttledCalls(within),
    callsPerTask: calls.filter(({ taskId }) => ended.has(taskId)).length / completed.length,
  };
}

function scheduledInterval(
  { ageFraction, minIntervalSeconds, maxIntervalSeconds }: Polling,
  task: FollowedTask,
): number {
  const durationSeconds = (task.completedAtMs - task.startedAtMs) / 1000;
  return Math.min(maxIntervalSeconds, Math.max(minIntervalSeconds, ageFraction * durationSeconds));
}

function overlapMs({ fromMs, toMs }: Span, beginMs: number, endMs = Infinity): number {
  return Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, beginMs));
}

function lengthMs({ fromMs, toMs }: Span): number {
  return toMs - fromMs;
}
