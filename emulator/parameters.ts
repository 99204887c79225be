import { type Refusal } from './signature';

/** Parameters by name, with the type that the documentation names. */
export type Parameters = Readonly<Record<string, keyof typeof HAS_TYPE>>;

const HAS_TYPE = {
  String: (value: unknown) => typeof value === 'string',
  Integer: (value: unknown) => Number.isInteger(value),
  Int64: (value: unknown) => Number.isSafeInteger(value) || (typeof value === 'bigint' && isInt64(value)),
  Array: (value: unknown) => Array.isArray(value),
};

/**
 * Checks parameters as the API does: unknown ones first, then missing ones, then types.
 *
 * @param prefix - stands before their names in messages; default none, for those of the request itself
 */
export function checkParameters(
  params: Readonly<Record<string, unknown>> | undefined,
  required: Parameters,
  optional: Parameters = {},
  prefix = '',
): Refusal | undefined {
  if (!params) return invalidParameter('The body must be a JSON object.');
  const known = new Map(Object.entries({ ...required, ...optional }));
  const extra = Object.keys(params).find((name) => !known.has(name));
  if (extra !== undefined) {
    return { code: 'UnknownParameter', message: `The parameter \`${prefix}${extra}\` is not recognized.` };
  }
  const isAbsent = (name: string): boolean => params[name] === undefined || params[name] === null;
  const missing = Object.keys(required).find(isAbsent);
  if (missing !== undefined) return missingParameter(`${prefix}${missing}`);
  for (const [name, type] of known) {
    if (!isAbsent(name) && !HAS_TYPE[type](params[name])) {
      return invalidParameter(`The value type of parameter \`${prefix}${name}\` is not ${type}.`);
    }
  }
  return undefined;
}

/** Builds the refusal of a request that lacks a parameter. */
export function missingParameter(name: string): Refusal {
  return { code: 'MissingParameter', message: `The request is missing a required parameter \`${name}\`.` };
}

/** Builds the refusal of a parameter that is not what it should be. */
export function invalidParameter(message: string): Refusal {
  return { code: 'InvalidParameter', message };
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
