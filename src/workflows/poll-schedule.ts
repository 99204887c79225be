import type { Polling } from '../contract';

import { hashToUnit } from './hash';

/** Seconds between two probes of a follow that waits for a person. */
export const BLOCKED_INTERVAL_SECONDS = 300;

const JITTER = 0.1;
const MAX_SPREAD_SECONDS = 5;

/**
 * Returns the wait before the next poll in seconds: a fraction of the task's age within the bounds, ±10 % from a
 * deterministic hash, reflected at the bounds so that tasks neither leave them nor pile up there.
 *
 * @param ageSeconds - since the cloud task began; negative counts as 0
 * @param pollNumber - polls made so far
 */
export function intervalSeconds(polling: Polling, ageSeconds: number, taskId: string, pollNumber: number): number {
  const { minIntervalSeconds: min, maxIntervalSeconds: max, ageFraction } = polling;
  const base = clamp(ageFraction * Math.max(0, ageSeconds), min, max);
  const jittered = base * (1 + JITTER * (2 * hashToUnit(`${taskId}#${pollNumber}`) - 1));
  return clamp(reflect(jittered, min, max), min, max);
}

/**
 * Returns the wait before the next poll in seconds after an error that asks to be left alone for some time: that time,
 * and up to as much again, but 5 s at most, so that follows that were refused together do not come back together.
 * It is never shorter than the schedule's own wait, and longer than `maxIntervalSeconds` only if that is.
 *
 * @param scheduledSeconds - what {@link intervalSeconds} gives
 * @param askedSeconds - the error's `retryAfterSeconds`
 */
export function secondsAfterRefusal(
  { maxIntervalSeconds }: Polling,
  scheduledSeconds: number,
  askedSeconds: number,
  taskId: string,
  pollNumber: number,
): number {
  // A worker of another version may send anything.
  if (!(askedSeconds > 0)) return scheduledSeconds;
  const spread = Math.min(askedSeconds, MAX_SPREAD_SECONDS) * hashToUnit(`${taskId}#${pollNumber}`);
  return Math.max(scheduledSeconds, Math.min(askedSeconds + spread, maxIntervalSeconds));
}

/** Folds a value into the bounds like a mirror at each end, as often as a narrow range needs. */
function reflect(value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  const span = max - min;
  if (span === 0) return min;
  const offset = Math.abs(value - min) % (2 * span);
  return min + (offset > span ? 2 * span - offset : offset);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
