import {
  deadlineExtensionFaults,
  pauseFaults,
  pollingChangeFaults,
  resolveFaults,
  type DeadlineExtension,
  type DeclaredOutcome,
  type PauseRequest,
  type PollingChange,
  type ResolveRequest,
} from '../client';

import { defined, numberOf } from './numbers';

/** Options of `pause` as typed. */
export interface PauseOptions {
  reason: string;
}

/** Options of `extend` as typed. */
export interface ExtendOptions {
  by?: string;
  to?: string;
}

/** Options of `set-polling` as typed. */
export interface SetPollingOptions {
  minInterval?: string;
  maxInterval?: string;
  ageFraction?: string;
}

/** Options of `resolve` as typed. */
export interface ResolveOptions {
  outcome: DeclaredOutcome;
  reason: string;
  by?: string;
}

/** Reads the argument of a pause; adds a fault for whatever is wrong, as each of these functions does. */
export function toPauseRequest({ reason }: PauseOptions, faults: string[]): PauseRequest {
  const request = { reason };
  faults.push(...pauseFaults(request));
  return request;
}

/** Reads by how much, or to when, a deadline is moved. */
export function toExtension({ by, to }: ExtendOptions, faults: string[], nowMs: number): DeadlineExtension {
  if ((by === undefined) === (to === undefined)) {
    faults.push('Give either --by with seconds, or --to with an instant such as 2026-01-31T12:00:00Z');
  }
  const bySeconds = numberOf('by', by, faults);
  const extension = to === undefined ? { bySeconds: bySeconds ?? 0 } : { deadlineAt: to };
  if (bySeconds !== undefined || to !== undefined) faults.push(...deadlineExtensionFaults(extension, nowMs));
  return extension;
}

/** Reads which settings of the pace are changed. */
export function toPollingChange(options: SetPollingOptions, faults: string[]): PollingChange {
  const { minInterval, maxInterval, ageFraction } = options;
  const change = defined({
    minIntervalSeconds: numberOf('min-interval', minInterval, faults),
    maxIntervalSeconds: numberOf('max-interval', maxInterval, faults),
    ageFraction: numberOf('age-fraction', ageFraction, faults),
  });
  if ([minInterval, maxInterval, ageFraction].every((text) => text === undefined)) {
    faults.push('Give at least one of --min-interval, --max-interval and --age-fraction');
  } else if (Object.keys(change).length > 0) {
    faults.push(...pollingChangeFaults(change));
  }
  return change;
}

/**
 * Reads what a person declares.
 *
 * @param userName - names the user of the operating system, or fails where that has no name
 */
export function toResolveRequest(options: ResolveOptions, faults: string[], userName: () => string): ResolveRequest {
  const { outcome, reason, by = nameOrNothing(userName) } = options;
  const request = { outcome, reason, by };
  if (by === '' && options.by === undefined) {
    faults.push('Give --by, since the operating system has no name for this user');
    faults.push(...resolveFaults({ ...request, by: '-' }));
  } else {
    faults.push(...resolveFaults(request));
  }
  return request;
}

function nameOrNothing(userName: () => string): string {
  try {
    return userName();
  } catch {
    return '';
  }
}
