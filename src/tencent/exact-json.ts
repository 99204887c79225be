import { parse, stringify } from 'lossless-json';

/** A safe integer has at most 16 digits, one of 64 bits at most 20. */
const MAY_BE_UNSAFE = /\d{16}/;
const INTEGER = /^-?\d{1,20}$/;

/**
 * Reads JSON as `JSON.parse` does, but an integer of 64 bits that a number cannot hold exactly as a BigInt.
 *
 * @throws SyntaxError when it is no JSON
 */
export function readJson(json: string): unknown {
  // Account ids are far shorter today, and the exact parser is far slower.
  if (!MAY_BE_UNSAFE.test(json)) return JSON.parse(json);
  return parse(json, undefined, { parseNumber: readNumber, onDuplicateKey: ({ newValue }) => newValue });
}

/** Writes an object as JSON, a BigInt in it as a number. */
export function writeJson(object: object): string {
  return stringify(object) as string;
}

function readNumber(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) || !INTEGER.test(digits) ? number : BigInt(digits);
}
