import { type Refusal } from './signature';

/** Parameters of an action by name, with the type that the documentation names. */
export type Parameters = Readonly<Record<string, 'String' | 'Integer'>>;

/** Checks a request's parameters as the API does: unknown ones first, then missing ones, then types. */
export function checkParameters(
  params: Readonly<Record<string, unknown>> | undefined,
  required: Parameters,
  optional: Parameters = {},
): Refusal | undefined {
  if (!params) return { code: 'InvalidParameter', message: 'The body must be a JSON object.' };
  const known = new Map(Object.entries({ ...required, ...optional }));
  const extra = Object.keys(params).find((name) => !known.has(name));
  if (extra !== undefined)
    return { code: 'UnknownParameter', message: `The parameter \`${extra}\` is not recognized.` };
  const isAbsent = (name: string): boolean => params[name] === undefined || params[name] === null;
  const missing = Object.keys(required).find(isAbsent);
  if (missing !== undefined) return missingParameter(missing);
  for (const [name, type] of known) {
    const isRight = type === 'String' ? typeof params[name] === 'string' : Number.isInteger(params[name]);
    if (!isAbsent(name) && !isRight) {
      return { code: 'InvalidParameter', message: `The value type of parameter \`${name}\` is not ${type}.` };
    }
  }
  return undefined;
}

/** Builds the refusal of a request that lacks a parameter. */
export function missingParameter(name: string): Refusal {
  return { code: 'MissingParameter', message: `The request is missing a required parameter \`${name}\`.` };
}
