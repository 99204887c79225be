import type { CheckError } from '../contract';

/** Tells whether the detail of an activity's failure is an error as this version writes it; a worker of another may not. */
export function isCheckError(value: unknown): value is CheckError {
  const { code, message } = (value ?? {}) as Partial<Record<keyof CheckError, unknown>>;
  return typeof code === 'string' && typeof message === 'string';
}
