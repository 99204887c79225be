import { durationFaults, isRecord, MAX_DURATION_SECONDS, MAX_TEXT_LENGTH, toEpochMs, unknownFields } from './checks';
import { pollingFaults, type Polling } from './input';

/** Argument of the signal `pause`. */
export interface PauseRequest {
  /** Shown to operators; at most 1,000 characters. */
  reason: string;
}

/** Argument of the update `setPolling`: at least one field; what is not given stays. */
export type PollingChange = Partial<Omit<Polling, 'initialDelaySeconds'>>;

/** Argument of the update `extendDeadline`: by so many seconds, or to a later instant (ISO 8601 in UTC). */
export type DeadlineExtension =
  { bySeconds: number; deadlineAt?: undefined } | { deadlineAt: string; bySeconds?: undefined };

/** Argument of the update `resolve`: the result as a person declares it. */
export interface ResolveRequest {
  outcome: DeclaredOutcome;
  /** Why the cloud's word is not waited for; at most 1,000 characters. */
  reason: string;
  /** Who declares it; at most 1,000 characters. */
  by: string;
}

/** Results that a person can declare. */
export const DECLARED_OUTCOMES = ['Succeeded', 'Failed'] as const;
export type DeclaredOutcome = (typeof DECLARED_OUTCOMES)[number];

const CHANGEABLE = ['minIntervalSeconds', 'maxIntervalSeconds', 'ageFraction'] as const;
const NO_REASON = 'no reason given';

/** Returns the reason of a pause; a signal cannot be refused, so whatever came is taken. */
export function pauseReason(request: unknown): string {
  const reason = isRecord(request) ? request.reason : request;
  const text = typeof reason === 'string' ? reason.trim().slice(0, MAX_TEXT_LENGTH).toWellFormed() : '';
  return text === '' ? NO_REASON : text;
}

/**
 * Lists the faults of a {@link PauseRequest}, for who sends it.
 *
 * @param request - anything that came from outside
 */
export function pauseFaults(request: unknown): string[] {
  if (!isRecord(request)) return ['input must be an object'];
  return [...unknownFields(request, new Set(['reason']), ''), ...requiredTextFaults('reason', request.reason)];
}

/**
 * Lists the faults of a {@link PollingChange}.
 *
 * @param change - anything that came from outside
 * @param current - settings that hold where a field is not given; without them the bounds given are compared alone
 */
export function pollingChangeFaults(change: unknown, current?: Polling): string[] {
  const bounds = current ?? {
    initialDelaySeconds: 0,
    minIntervalSeconds: 0,
    maxIntervalSeconds: Infinity,
    ageFraction: 0,
  };
  const faults = pollingFaults(change, '', CHANGEABLE, bounds);
  const isEmpty = isRecord(change) && CHANGEABLE.every((field) => change[field] === undefined);
  return isEmpty ? [...faults, `input must have at least one of ${CHANGEABLE.join(', ')}`] : faults;
}

/**
 * Lists the faults of a {@link DeadlineExtension}.
 *
 * @param extension - anything that came from outside
 * @param nowMs - the present in epoch ms
 * @param deadlineAt - the present deadline; without it the new one need only lie in the future
 */
export function deadlineExtensionFaults(extension: unknown, nowMs: number, deadlineAt?: string): string[] {
  if (!isRecord(extension)) return ['input must be an object'];
  const { bySeconds, deadlineAt: wanted } = extension;
  const faults = [
    ...unknownFields(extension, new Set(['bySeconds', 'deadlineAt']), ''),
    ...durationFaults('bySeconds', bySeconds, 'positive'),
  ];
  if ((bySeconds === undefined) === (wanted === undefined)) {
    faults.push('input must have either bySeconds or deadlineAt');
  }
  if (wanted !== undefined && toEpochMs(wanted) === undefined) {
    faults.push('deadlineAt must be an ISO 8601 instant in UTC such as 2026-01-31T12:00:00Z');
  }
  if (faults.length > 0) return faults;
  const presentMs = Date.parse(deadlineAt ?? '');
  const newMs = extendedDeadlineMs(extension as DeadlineExtension, Number.isNaN(presentMs) ? nowMs : presentMs);
  if (newMs <= nowMs) return ['the new deadline lies in the past'];
  if (newMs <= presentMs) return [`deadlineAt must lie after the present deadline ${deadlineAt}`];
  const isTooFar = newMs > nowMs + MAX_DURATION_SECONDS * 1000;
  return isTooFar ? [`the new deadline must lie within ${MAX_DURATION_SECONDS} seconds from now`] : [];
}

/** Returns the deadline after a checked extension, in epoch ms. */
export function extendedDeadlineMs(extension: DeadlineExtension, deadlineMs: number): number {
  const { bySeconds, deadlineAt } = extension;
  return bySeconds === undefined ? Date.parse(deadlineAt) : deadlineMs + bySeconds * 1000;
}

/**
 * Lists the faults of a {@link ResolveRequest}.
 *
 * @param request - anything that came from outside
 */
export function resolveFaults(request: unknown): string[] {
  if (!isRecord(request)) return ['input must be an object'];
  const isKnown = DECLARED_OUTCOMES.some((outcome) => outcome === request.outcome);
  return [
    ...unknownFields(request, new Set(['outcome', 'reason', 'by']), ''),
    ...(isKnown ? [] : [`outcome must be one of ${DECLARED_OUTCOMES.join(', ')}`]),
    ...requiredTextFaults('reason', request.reason),
    ...requiredTextFaults('by', request.by),
  ];
}

function requiredTextFaults(field: string, value: unknown): string[] {
  const isGood = typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT_LENGTH;
  return isGood ? [] : [`${field} must be a non-empty string of at most ${MAX_TEXT_LENGTH} characters`];
}
