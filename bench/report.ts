import type { Table } from './suite';

/** Lays a table out for a terminal: its title, aligned columns, its notes. */
export function toText({ title, columns, rows, notes = [] }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isNumeric = numericColumns(columns, rows);
  const aligned = lines.map((line) =>
    columns
      .map((_, column) => {
        const cell = line[column] ?? '';
        const width = widths[column] ?? 0;
        return isNumeric[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [title, '', ...aligned, ...notes.map((note) => `* ${note}`), ''].join('\n');
}

/** Writes a table in Markdown: its title as a heading of the third level, then the table, then its notes as a list. */
export function toMarkdown({ title, columns, rows, notes = [] }: Table): string {
  const isNumeric = numericColumns(columns, rows);
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  const rule = line(columns.map((_, column) => (isNumeric[column] ? '---:' : '---')));
  const list = notes.map((note) => `- ${note}`);
  return [
    `### ${title}`,
    '',
    line(columns),
    rule,
    ...rows.map(line),
    '',
    ...list,
    ...(list.length > 0 ? [''] : []),
  ].join('\n');
}

/** Columns of figures stand to the right. */
function numericColumns(columns: readonly string[], rows: readonly (readonly string[])[]): boolean[] {
  return columns.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^(?:[\d.,<≤>+-]|–)/.test(row[column] ?? '')),
  );
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
