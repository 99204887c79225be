import { printable, widthOf } from './printable';

/** What a cell without a value shows. */
const NOTHING = '-';
const GAP = '  ';

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
