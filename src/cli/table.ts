import { printable, widthOf } from './printable';

/** What a cell without a value shows. */
const NOTHING = '-';
const GAP = '  ';
/** So many rows can be taken in at a glance. */
const MAX_ROWS = 20;

/**
 * Lays out a table in aligned columns.
 *
 * @param header - names of the columns
 * @param rows - one cell for each column; one that is missing or empty is shown as `-`
 * @returns one line for the header and for each row, safe for a terminal
 */
export function tableLines(header: readonly string[], rows: readonly (readonly (string | undefined)[])[]): string[] {
  const texts = [header, ...rows].map((row) => header.map((_, column) => printable(row[column] ?? '') || NOTHING));
  const widths = header.map((_, column) => Math.max(...texts.map((row) => widthOf(row[column] ?? ''))));
  return texts.map((row) =>
    row
      .map((text, column) => text + ' '.repeat((widths[column] ?? 0) - widthOf(text)))
      .join(GAP)
      .trimEnd(),
  );
}

/**
 * Lays out the first 20 rows of a table.
 *
 * @param where - all of them are, e.g. `in users.csv`
 * @returns as {@link tableLines}, with a line that counts the others; nothing when there are no rows
 */
export function shortTable(
  header: readonly string[],
  rows: readonly (readonly (string | undefined)[])[],
  where: string,
): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > MAX_ROWS ? [printable(`… and ${rows.length - MAX_ROWS} more: ${where}`)] : [];
  return [...tableLines(header, rows.slice(0, MAX_ROWS)), ...more];
}
