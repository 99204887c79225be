import { GOOD_OUTCOMES, userSyncName, type BatchClient, type BatchWaitResult, type ReportLine } from '../client';
import { messageOf } from '../sentences';

import { durationText, outcomeTexts } from './batch-progress';
import { CommandError } from './errors';
import { EXIT_CODES, exitCodeOfBatch } from './exit-codes';
import { printJson, printLine } from './output';
import { printable } from './printable';
import { writeReport, type ReportFiles, type WholeReport } from './report-files';
import { shortTable } from './table';

/** How a report is told. */
export interface ReportTelling {
  json: boolean | undefined;
  /** Of the report files. */
  baseName: string;
  /** Begins the JSON object. */
  head: object;
}

const FAILURE_HEADER = ['ITEM', 'OUTCOME', 'ERROR', 'REASON'];

/** Words the command that waits for a batch again. */
export function attachCommand(workflowId: string): string {
  return `provisioning batch attach ${workflowId}`;
}

/**
 * Tells what a wait for a batch brought.
 *
 * @param isInterrupted - by Ctrl-C
 * @returns the exit code
 */
export async function tellResult(
  client: Pick<BatchClient, 'lines'>,
  workflowId: string,
  result: BatchWaitResult,
  isInterrupted: boolean,
  telling: ReportTelling,
): Promise<number> {
  const { json, head } = telling;
  if (result.kind === 'ended') {
    const lines = result.report.lines ?? (await linesOf(client, workflowId));
    await tellReport({ ...result.report, workflowId, lines }, { ...telling, head: { ...head, kind: 'ended' } });
  } else if (json) {
    printJson({ ...head, ...result });
  } else if (result.kind === 'waiting') {
    printLine(printable(`Not over yet: the batch goes on. Attach again with: ${attachCommand(workflowId)}`));
  } else {
    printLine(printable(`The workflow was stopped without a report: ${result.reason}`));
  }
  return result.kind === 'waiting' && isInterrupted ? EXIT_CODES.interrupted : exitCodeOfBatch(result);
}

/**
 * Tells the counts and the failures of a report, and writes all of it into files.
 *
 * @throws CommandError when the files cannot be written, after all else is told
 */
export async function tellReport(report: WholeReport, { json, baseName, head }: ReportTelling): Promise<void> {
  const { lines, ...counts } = report;
  const failures = lines.filter(({ outcome }) => !GOOD_OUTCOMES.includes(outcome));
  if (!json) for (const line of reportLines(report, failures, `${baseName}.csv`)) printLine(line);
  const files = await writeReport(baseName, report).catch((error: unknown): ReportFiles => {
    const message = `The report could not be written: ${messageOf(error)}. Get it again with: provisioning batch report ${report.workflowId} --report <basename>`;
    throw new CommandError(message, EXIT_CODES.unexpected, 'ReportNotWritten', { cause: error });
  });
  if (json) printJson({ ...head, report: counts, failures, files });
  else printLine(printable(`Report: ${files.json} and ${files.csv}`));
}

/**
 * Words a report: its counts, and the items that did not end well.
 *
 * @param where - has the failures that are too many to be shown
 */
export function reportLines(report: WholeReport, failures: readonly ReportLine[], where: string): string[] {
  const { phase, total, durationSeconds } = report;
  const after = durationSeconds === undefined ? '' : ` after ${durationText(durationSeconds)}`;
  const rows = failures.map((line) => [itemName(line), line.outcome, line.errorCode, line.reason]);
  return [
    printable([`${phase}${after}: ${total} items`, ...outcomeTexts(report)].join(', ')),
    ...shortTable(FAILURE_HEADER, rows, where),
  ];
}

/** Collects what became of each item. */
export async function linesOf(client: Pick<BatchClient, 'lines'>, workflowId: string): Promise<ReportLine[]> {
  const lines: ReportLine[] = [];
  for await (const line of client.lines(workflowId)) lines.push(line);
  return lines;
}

function itemName({
  index,
  principalType,
  principalId,
  targetType,
  targetUin,
  userProvisioningId,
}: ReportLine): string {
  if (principalType && principalId && targetType && targetUin) {
    return userSyncName({ principalType, principalId, targetType, targetUin });
  }
  return userProvisioningId ?? `item ${index + 1}`;
}
