import { CsvError, parse } from 'csv-parse/sync';

import type { FileFault } from './item-format';

/** One row of a CSV text. */
export interface CsvRow {
  /** Where it begins, from 1: a quoted cell can have several lines. */
  line: number;
  /** Without white space around those that are not quoted. */
  cells: string[];
}

const MISPLACED_QUOTE =
  'a double quote is misplaced or never closed: put the whole field into double quotes, and double those inside';
/** Each is read from anew, so many would take long. */
const MAX_MISPLACED_QUOTES = 100;

/** Parses CSV as RFC 4180 has it, with line breaks of any system; empty rows are left out. */
export function csvRows(text: string): { rows: CsvRow[]; faults: FileFault[] } {
  const lines = text.replaceAll(/\r\n?/g, '\n').split('\n');
  const rows: CsvRow[] = [];
  const faults: FileFault[] = [];
  let readLines = 0;
  while (faults.length < MAX_MISPLACED_QUOTES) {
    const linesBefore = readLines;
    const isWhole = readRows(lines.slice(linesBefore).join('\n'), (cells, lastLine) => {
      readLines = linesBefore + lastLine;
      const breaks = cells.join('').split('\n').length - 1;
      if (cells.some((cell) => cell !== '')) rows.push({ line: readLines - breaks, cells });
    });
    if (isWhole) return { rows, faults };
    // The parser loses its way at such a quote: it goes on with the line after the one where the row began.
    while (lines[readLines]?.trim() === '') readLines += 1;
    readLines += 1;
    faults.push({ line: readLines, text: MISPLACED_QUOTE });
  }
  faults.push({ line: readLines + 1, text: 'from here on nothing was read, after so many misplaced double quotes' });
  return { rows, faults };
}

/** Returns false when a quote ended the reading. */
function readRows(text: string, take: (cells: string[], lastLine: number) => void): boolean {
  try {
    parse(text, {
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (cells: string[], { lines }) => {
        take(cells, lines);
        return null;
      },
    });
    return true;
  } catch (error) {
    if (error instanceof CsvError) return false;
    throw error;
  }
}
