import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

import type { BatchProgress, ReportLine } from '../client';
import { writeWhole } from '../whole-file';

/** What became of each item of a batch, so far or at its end. */
export interface WholeReport extends BatchProgress {
  workflowId: string;
  /** Absent while the batch goes on. */
  durationSeconds?: number;
  /** In the order of the items. */
  lines: ReportLine[];
}

/** Where a report was written. */
export interface ReportFiles {
  json: string;
  csv: string;
}

const COLUMNS = [
  'index',
  'principalType',
  'principalId',
  'targetType',
  'targetUin',
  'outcome',
  'reason',
  'userProvisioningId',
  'taskId',
  'errorCode',
  'requestId',
  'adopted',
  'taskSearch',
  'configurationStatus',
  'changed',
  'attempts',
] as const satisfies (keyof ReportLine)[];

/**
 * Names the files of a report where none were given.
 *
 * @param subject - what it is about, e.g. the name of the file with the items
 */
export function reportBaseName(subject: string, batchId: string): string {
  return `${subject}-${batchId}-report`.replaceAll(/[^\w.-]/g, '-');
}

/** Adds a fault when a report could not be written there, as far as that can be told before. */
export async function checkReportFolder(baseName: string, faults: string[]): Promise<void> {
  const folder = path.dirname(baseName);
  await access(folder, constants.W_OK).catch(() => {
    faults.push(`--report must name files of a folder that can be written to, got "${folder}"`);
  });
}

/**
 * Writes a report as JSON and as CSV, each file whole or not at all; those that are there are replaced.
 *
 * @param baseName - path of both without `.json` and `.csv`
 */
export async function writeReport(baseName: string, report: WholeReport): Promise<ReportFiles> {
  const files = { json: `${baseName}.json`, csv: `${baseName}.csv` };
  await writeWhole(files.json, `${JSON.stringify(report, undefined, 2)}\n`);
  await writeWhole(files.csv, reportCsv(report.lines));
  return files;
}

/** Writes lines of a report as CSV, as RFC 4180 has it. */
export function reportCsv(lines: readonly ReportLine[]): string {
  const rows = lines.map((line) => COLUMNS.map((column) => cellOf(line[column])));
  return [COLUMNS, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

function cellOf(value: ReportLine[keyof ReportLine]): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  // A spreadsheet would take it for a formula, and run what somebody has put into a reason.
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
