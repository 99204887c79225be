import { BLOCKED_INTERVAL_SECONDS, intervalSeconds, secondsAfterRefusal } from './poll-schedule';
import type { TaskState } from './task-state';

/**
 * Returns when a follow polls next, in epoch ms: on its schedule, counted from the last poll, but never past the
 * deadline, at which the last poll is made. While paused that is the only one.
 */
export function nextPollAtMs(state: TaskState): number {
  const { pausedReason, firstPollDueAt, lastPolledAt } = state;
  const deadlineMs = Date.parse(state.deadlineAt);
  if (pausedReason !== undefined) return deadlineMs;
  const scheduledMs =
    lastPolledAt === undefined
      ? Date.parse(firstPollDueAt)
      : Date.parse(lastPolledAt) + Math.ceil(waitSeconds(state, lastPolledAt) * 1000);
  return Math.min(scheduledMs, deadlineMs);
}

function waitSeconds(state: TaskState, lastPolledAt: string): number {
  const { phase, polling, startedAt, taskId, polls, lastError } = state;
  if (phase === 'Blocked') return Math.max(BLOCKED_INTERVAL_SECONDS, polling.minIntervalSeconds);
  const ageSeconds = (Date.parse(lastPolledAt) - Date.parse(startedAt)) / 1000;
  const scheduled = intervalSeconds(polling, ageSeconds, taskId, polls);
  const { retryAfterSeconds } = lastError ?? {};
  return retryAfterSeconds === undefined
    ? scheduled
    : secondsAfterRefusal(polling, scheduled, retryAfterSeconds, taskId, polls);
}
