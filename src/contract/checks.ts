/** Longest duration accepted anywhere: ten years, in seconds. */
export const MAX_DURATION_SECONDS = 315_360_000;
/** Longest text accepted anywhere, in characters. */
export const MAX_TEXT_LENGTH = 1_000;
const MAX_ID_LENGTH = 128;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** Tells every fault of an input at once. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  /** @param faults - one sentence for each fault, each naming its field */
  constructor(readonly faults: readonly string[]) {
    super(`Invalid input: ${faults.join('; ')}`);
  }
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

/** Lists the faults of an optional duration in seconds. */
export function durationFaults(field: string, value: unknown, range: 'positive' | 'zero or more'): string[] {
  if (value === undefined) return [];
  const good =
    typeof value === 'number' && value <= MAX_DURATION_SECONDS && (range === 'positive' ? value > 0 : value >= 0);
  return good ? [] : [`${field} must be a number of seconds, ${range}, at most ${MAX_DURATION_SECONDS}`];
}

/** Lists the faults of an optional text. */
export function textFaults(field: string, value: unknown): string[] {
  if (value === undefined || (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH)) return [];
  return [`${field} must be a string of at most ${MAX_TEXT_LENGTH} characters`];
}

/** Lists the fields that nobody knows. */
export function unknownFields(record: Record<string, unknown>, known: ReadonlySet<string>, prefix: string): string[] {
  return (
    Object.keys(record)
      .filter((key) => !known.has(key))
      // Whoever named it: the failure that tells it must be well-formed.
      .map((key) => `${prefix}${key.slice(0, MAX_ID_LENGTH).toWellFormed()} is not a known field`)
  );
}

/** Returns an ISO 8601 instant in UTC as epoch ms; undefined when it is none. */
export function toEpochMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined;
  const ms = Date.parse(value);
  // Date.parse takes 31 April for 1 May.
  const isReal = !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === value.slice(0, 19);
  return isReal ? ms : undefined;
}

/** Tells whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
