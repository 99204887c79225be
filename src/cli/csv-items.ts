import { csvRows, type CsvRow } from './csv-rows';
import type { FileContent, FileFault, FileRecord, ItemFields } from './item-format';

/**
 * Reads items from CSV whose first row names the columns, in any order. An empty cell is a field that is not given.
 *
 * @param text - without a byte order mark
 */
export function csvItems(text: string, format: ItemFields): FileContent {
  const { rows, faults } = csvRows(text);
  const [header, ...others] = rows;
  const [firstFault] = faults;
  // Without the names of the columns nothing can be said of the rows.
  if (!header || (firstFault?.line ?? Infinity) < header.line) return { records: [], faults };
  const columns = header.cells.map((name) => fieldOf(name, format));
  const absentFields = absentIn(columns, format);
  const records: FileRecord[] = [];
  faults.push(...headerFaults(header, columns, format), ...absenceFaults(header, absentFields, format));
  for (const { line, cells } of others) {
    if (cells.length === columns.length) records.push({ line, value: toItem(cells, columns, format) });
    else faults.push({ line, text: `has ${fieldCount(cells.length)}, but the header has ${columns.length}` });
  }
  return { records, faults, absentFields };
}

/** Returns the field that a column names, also in upper case or as `principal_id`. */
function fieldOf(name: string, { fields }: ItemFields): string | undefined {
  const plain = name.replaceAll('_', '').toLowerCase();
  return fields.find((field) => field.toLowerCase() === plain);
}

function headerFaults(
  { line, cells }: CsvRow,
  columns: readonly (string | undefined)[],
  { fields }: ItemFields,
): FileFault[] {
  return columns.flatMap((field, index) => {
    const name = cells[index] ?? '';
    if (name === '') return [{ line, text: `column ${index + 1} has no name` }];
    if (field === undefined) return [{ line, text: `column "${name}" is not known: there are ${fields.join(', ')}` }];
    return columns.indexOf(field) < index ? [{ line, text: `column ${field} is there twice` }] : [];
  });
}

/** Lists the columns that are missing; all that could tell items apart where there is none of them. */
function absentIn(columns: readonly (string | undefined)[], { keys }: ItemFields): string[] {
  const begun = keys.filter((key) => key.some((field) => columns.includes(field)));
  return (begun.length > 0 ? begun : keys).flat().filter((field) => !columns.includes(field));
}

function absenceFaults({ line }: CsvRow, absent: readonly string[], { keys }: ItemFields): FileFault[] {
  if (absent.length === keys.flat().length) {
    return [{ line, text: `must name the columns ${keys.map((key) => key.join(', ')).join(', or ')}` }];
  }
  return absent.map((field) => ({ line, text: `column ${field} is missing` }));
}

function toItem(cells: readonly string[], columns: readonly (string | undefined)[], { fields }: ItemFields): object {
  const given = fields.map((field) => [field, cells[columns.indexOf(field)] ?? ''] as const);
  return Object.fromEntries(given.filter(([, cell]) => cell !== ''));
}

function fieldCount(count: number): string {
  return count === 1 ? '1 field' : `${count} fields`;
}
