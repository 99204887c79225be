import { durationFaults } from '../contract/checks';

/**
 * Reads a number as typed; adds a fault when it is none.
 *
 * @param option - without its dashes
 */
export function numberOf(option: string, text: string | undefined, faults: string[]): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  faults.push(`--${option} must be a number, got "${text}"`);
  return undefined;
}

/**
 * Reads a time as typed, in seconds; adds a fault when it is none.
 *
 * @param option - without its dashes
 */
export function secondsOf(
  option: string,
  text: string | undefined,
  range: 'positive' | 'zero or more',
  faults: string[],
): number | undefined {
  const seconds = numberOf(option, text, faults);
  faults.push(...durationFaults(`--${option}`, seconds, range));
  return seconds;
}

/**
 * Reads a whole number as typed; adds a fault when it is none from 1 to the greatest.
 *
 * @param option - without its dashes
 */
export function countOf(option: string, text: string | undefined, max: number, faults: string[]): number | undefined {
  const count = numberOf(option, text, faults);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= max)) {
    faults.push(`--${option} must be a whole number from 1 to ${max}`);
  }
  return count;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Returns an object without the fields that are undefined. */
export function defined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;
}
