import { isInteger, parse, stringify } from 'lossless-json';

/**
 * Parses JSON; an integer that a number cannot hold exactly becomes a bigint.
 *
 * @throws SyntaxError when the text is no JSON
 */
export function parseExactly(text: string): unknown {
  return parse(text, null, (digits) => {
    const number = Number(digits);
    return isInteger(digits) && !Number.isSafeInteger(number) ? BigInt(digits) : number;
  });
}

/** Writes JSON; a bigint becomes an integer. */
export function writeExactly(value: unknown): string {
  return stringify(value) ?? '';
}
