/** Characters that move a terminal's cursor, recolour it, or turn the reading direction around. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/**
 * Makes text from outside safe for a terminal, on one line: white space becomes a space, any other control character
 * the replacement character.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => (/\s/.test(character) ? ' ' : '\ufffd'));
}

/** Returns the number of columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Cuts a text so that it takes at most so many columns. */
export function cutTo(columns: number, text: string): string {
  let width = 0;
  let length = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) return text.slice(0, length);
    length += character.length;
  }
  return text;
}

function columnsOf(character: string): number {
  if (WITHOUT_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
