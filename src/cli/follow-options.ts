import { followInputFaults, InvalidInputError, type FollowInput, type Polling } from '../client';

import { defined, numberOf } from './numbers';

/** Options of `follow` as typed; numbers are still text. */
export interface FollowOptions {
  startedAt?: string;
  deadline?: string;
  initialDelay?: string;
  minInterval?: string;
  maxInterval?: string;
  ageFraction?: string;
  notFoundGrace?: string;
  requestedBy?: string;
  note?: string;
  timeout?: string;
  wait?: boolean;
}

/** What `follow` was asked to do. */
export interface FollowRequest {
  input: FollowInput;
  /** Limit of the wait. */
  timeoutMs?: number;
}

/**
 * Turns what was typed into a request.
 *
 * @throws InvalidInputError naming every fault
 */
export function toFollowRequest(zoneId: string, taskId: string, options: FollowOptions, nowMs: number): FollowRequest {
  const faults: string[] = [];
  const number = (option: string, text: string | undefined): number | undefined => numberOf(option, text, faults);
  const polling: Partial<Polling> = defined({
    initialDelaySeconds: number('initial-delay', options.initialDelay),
    minIntervalSeconds: number('min-interval', options.minInterval),
    maxIntervalSeconds: number('max-interval', options.maxInterval),
    ageFraction: number('age-fraction', options.ageFraction),
  });
  const input: FollowInput = {
    zoneId,
    taskId,
    ...defined({
      startedAt: options.startedAt,
      deadlineSeconds: number('deadline', options.deadline),
      notFoundGraceSeconds: number('not-found-grace', options.notFoundGrace),
      requestedBy: options.requestedBy,
      note: options.note,
    }),
    ...(Object.keys(polling).length > 0 && { polling }),
  };
  const timeoutSeconds = number('timeout', options.timeout);
  if (timeoutSeconds !== undefined && timeoutSeconds <= 0) faults.push('--timeout must be above 0 seconds');
  if (options.timeout !== undefined && !options.wait) faults.push('--timeout needs --wait');
  faults.push(...followInputFaults(input, nowMs));
  if (faults.length > 0) throw new InvalidInputError(faults);
  return { input, ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }) };
}
