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

/** Longest duration accepted anywhere in the input: ten years, in seconds. */
export const MAX_DURATION_SECONDS = 315_360_000;
const MAX_ID_LENGTH = 128;
const MAX_TEXT_LENGTH = 1_000;
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
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** Tells every fault of an input at once. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  /** @param faults - one sentence for each fault, each naming its field */
  constructor(readonly faults: readonly string[]) {
    super(`Invalid input: ${faults.join('; ')}`);
  }
}

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
    ...pollingFaults(input.polling),
  ];
  const startedMs = instantMs(input.startedAt, nowMs);
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
  const given = Object.entries(input.polling ?? {}).filter(([, value]) => value !== undefined);
  return {
    zoneId: input.zoneId,
    taskId: input.taskId,
    startedAt: new Date(startedMs).toISOString(),
    deadlineAt: new Date(startedMs + (input.deadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000).toISOString(),
    polling: { ...DEFAULT_POLLING, ...Object.fromEntries(given) },
    notFoundGraceSeconds: input.notFoundGraceSeconds ?? DEFAULT_NOT_FOUND_GRACE_SECONDS,
    ...(input.requestedBy !== undefined && { requestedBy: input.requestedBy }),
    ...(input.note !== undefined && { note: input.note }),
  };
}

/** Lists the faults of a zone id or task id. Prefixes are not checked: the published examples mix them. */
export function idFaults(field: string, value: unknown): string[] {
  if (typeof value !== 'string' || value === '') return [`${field} must be a non-empty string`];
  if (value.length > MAX_ID_LENGTH)
    return [`${field} must have at most ${MAX_ID_LENGTH} characters, got ${value.length}`];
  if (/[\s\p{Cc}\p{Surrogate}]/u.test(value)) return [`${field} must not contain white space or control characters`];
  // It parts the ids in the workflow id: two tasks must never share one.
  if (value.includes('/')) return [`${field} must not contain "/"`];
  return [];
}

function pollingFaults(polling: unknown): string[] {
  if (polling === undefined) return [];
  if (!isRecord(polling)) return ['polling must be an object'];
  const faults = [
    ...unknownFields(polling, new Set(Object.keys(DEFAULT_POLLING)), 'polling.'),
    ...durationFaults('polling.initialDelaySeconds', polling.initialDelaySeconds, 'zero or more'),
    ...durationFaults('polling.minIntervalSeconds', polling.minIntervalSeconds, 'positive'),
    ...durationFaults('polling.maxIntervalSeconds', polling.maxIntervalSeconds, 'positive'),
  ];
  const { ageFraction } = polling;
  if (ageFraction !== undefined && !(typeof ageFraction === 'number' && ageFraction >= 0 && ageFraction <= 1)) {
    faults.push('polling.ageFraction must be a number from 0 to 1');
  }
  const min = polling.minIntervalSeconds ?? DEFAULT_POLLING.minIntervalSeconds;
  const max = polling.maxIntervalSeconds ?? DEFAULT_POLLING.maxIntervalSeconds;
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    faults.push('polling.minIntervalSeconds must not exceed polling.maxIntervalSeconds');
  }
  return faults;
}

function durationFaults(field: string, value: unknown, range: 'positive' | 'zero or more'): string[] {
  if (value === undefined) return [];
  const good =
    typeof value === 'number' && value <= MAX_DURATION_SECONDS && (range === 'positive' ? value > 0 : value >= 0);
  return good ? [] : [`${field} must be a number of seconds, ${range}, at most ${MAX_DURATION_SECONDS}`];
}

function textFaults(field: string, value: unknown): string[] {
  if (value === undefined || (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH)) return [];
  return [`${field} must be a string of at most ${MAX_TEXT_LENGTH} characters`];
}

function unknownFields(record: Record<string, unknown>, known: ReadonlySet<string>, prefix: string): string[] {
  return (
    Object.keys(record)
      .filter((key) => !known.has(key))
      // Whoever named it: the failure that tells it must be well-formed.
      .map((key) => `${prefix}${key.slice(0, MAX_ID_LENGTH).toWellFormed()} is not a known field`)
  );
}

function instantMs(value: unknown, nowMs: number): number | undefined {
  if (value === undefined) return nowMs;
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined;
  const ms = Date.parse(value);
  // Date.parse takes 31 April for 1 May.
  const isReal = !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === value.slice(0, 19);
  return isReal ? ms : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
