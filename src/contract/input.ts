import { durationFaults, idFaults, InvalidInputError, isRecord, textFaults, toEpochMs, unknownFields } from './checks';

/** How often a task is polled; all durations in seconds. */
export interface Polling {
  /** Wait before the first poll. Default 0. */
  initialDelaySeconds: number;
  /** Shortest wait between two polls. Default 1. */
  minIntervalSeconds: number;
  /** Longest wait between two polls. Default 30. */
  maxIntervalSeconds: number;
  /** Wait as a fraction of the task's age, in [0, 1]. Default 0.1; 0 means as fast as the quota allows. */
  ageFraction: number;
}

/** Input of `followProvisioningTask`: plain JSON. */
export interface FollowInput {
  /** Identity Center space of the task: 1 to 128 characters, no white space, control characters or `/`. */
  zoneId: string;
  /** The cloud's task id: 1 to 128 characters, no white space, control characters or `/`. */
  taskId: string;
  /** When the cloud task began, ISO 8601 in UTC. Default: the start of the workflow. */
  startedAt?: string;
  /** Seconds from `startedAt` after which the follow ends. Default 86,400 (24 h). */
  deadlineSeconds?: number;
  polling?: Partial<Polling>;
  /** Seconds from `startedAt` for which a task that the cloud does not know yet is waited for. Default 60. */
  notFoundGraceSeconds?: number;
  /** Who asked for the follow; shown to operators. */
  requestedBy?: string;
  /** Why it was asked for; shown to operators. */
  note?: string;
}

/** {@link FollowInput} with every default applied and the deadline as an instant. */
export interface ResolvedFollowInput {
  zoneId: string;
  taskId: string;
  /** ISO 8601 in UTC. */
  startedAt: string;
  /** ISO 8601 in UTC. */
  deadlineAt: string;
  polling: Polling;
  notFoundGraceSeconds: number;
  requestedBy?: string;
  note?: string;
}

export const DEFAULT_DEADLINE_SECONDS = 86_400;
export const DEFAULT_NOT_FOUND_GRACE_SECONDS = 60;
export const DEFAULT_POLLING: Readonly<Polling> = {
  initialDelaySeconds: 0,
  minIntervalSeconds: 1,
  maxIntervalSeconds: 30,
  ageFraction: 0.1,
};

const POLLING_FIELDS = Object.keys(DEFAULT_POLLING) as (keyof Polling)[];
const FIELDS = new Set([
  'zoneId',
  'taskId',
  'startedAt',
  'deadlineSeconds',
  'polling',
  'notFoundGraceSeconds',
  'requestedBy',
  'note',
]);

/**
 * Lists the faults of a workflow input, none when it is good.
 *
 * @param input - anything that came from outside
 * @param nowMs - the present in epoch milliseconds: a deadline must lie after it
 */
export function followInputFaults(input: unknown, nowMs: number): string[] {
  if (!isRecord(input)) return ['input must be an object'];
  const faults = [
    ...unknownFields(input, FIELDS, ''),
    ...idFaults('zoneId', input.zoneId),
    ...idFaults('taskId', input.taskId),
    ...durationFaults('deadlineSeconds', input.deadlineSeconds, 'positive'),
    ...durationFaults('notFoundGraceSeconds', input.notFoundGraceSeconds, 'zero or more'),
    ...textFaults('requestedBy', input.requestedBy),
    ...textFaults('note', input.note),
    ...(input.polling === undefined ? [] : pollingFaults(input.polling, 'polling.', POLLING_FIELDS, DEFAULT_POLLING)),
  ];
  const startedMs = input.startedAt === undefined ? nowMs : toEpochMs(input.startedAt);
  if (startedMs === undefined) {
    faults.push('startedAt must be an ISO 8601 instant in UTC such as 2026-01-31T12:00:00Z');
  } else {
    const { deadlineSeconds = DEFAULT_DEADLINE_SECONDS } = input;
    const isGood = typeof deadlineSeconds === 'number' && deadlineSeconds > 0;
    if (isGood && startedMs + deadlineSeconds * 1000 <= nowMs) {
      faults.push(
        'deadlineSeconds counted from startedAt lies in the past: give a longer deadline or a later startedAt',
      );
    }
  }
  return faults;
}

/**
 * Applies the defaults to a checked input and turns its deadline into an instant.
 *
 * @param nowMs - the present in epoch milliseconds
 * @throws InvalidInputError naming every fault
 */
export function resolveFollowInput(input: FollowInput, nowMs: number): ResolvedFollowInput {
  const faults = followInputFaults(input, nowMs);
  if (faults.length > 0) throw new InvalidInputError(faults);
  const startedMs = input.startedAt === undefined ? nowMs : Date.parse(input.startedAt);
  return {
    zoneId: input.zoneId,
    taskId: input.taskId,
    startedAt: new Date(startedMs).toISOString(),
    deadlineAt: new Date(startedMs + (input.deadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000).toISOString(),
    polling: withPolling(DEFAULT_POLLING, input.polling ?? {}),
    notFoundGraceSeconds: input.notFoundGraceSeconds ?? DEFAULT_NOT_FOUND_GRACE_SECONDS,
    ...(input.requestedBy !== undefined && { requestedBy: input.requestedBy }),
    ...(input.note !== undefined && { note: input.note }),
  };
}

/**
 * Lists the faults of polling settings.
 *
 * @param polling - anything that came from outside
 * @param allowed - fields that may be given
 * @param current - settings that hold where a field is not given
 */
export function pollingFaults(
  polling: unknown,
  prefix: string,
  allowed: readonly (keyof Polling)[],
  current: Readonly<Polling>,
): string[] {
  if (!isRecord(polling)) return [`${prefix === '' ? 'input' : prefix.slice(0, -1)} must be an object`];
  const faults = [
    ...unknownFields(polling, new Set<string>(allowed), prefix),
    ...durationFaults(`${prefix}initialDelaySeconds`, polling.initialDelaySeconds, 'zero or more'),
    ...durationFaults(`${prefix}minIntervalSeconds`, polling.minIntervalSeconds, 'positive'),
    ...durationFaults(`${prefix}maxIntervalSeconds`, polling.maxIntervalSeconds, 'positive'),
  ];
  const { ageFraction } = polling;
  if (ageFraction !== undefined && !(typeof ageFraction === 'number' && ageFraction >= 0 && ageFraction <= 1)) {
    faults.push(`${prefix}ageFraction must be a number from 0 to 1`);
  }
  const { minIntervalSeconds: min = current.minIntervalSeconds, maxIntervalSeconds: max = current.maxIntervalSeconds } =
    polling;
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    faults.push(`${prefix}minIntervalSeconds must not exceed ${prefix}maxIntervalSeconds`);
  }
  return faults;
}

/** Returns settings with those replaced that are given. */
export function withPolling(current: Readonly<Polling>, change: Partial<Polling>): Polling {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...current, ...Object.fromEntries(given) };
}
