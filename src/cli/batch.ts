import { parseBatchWorkflowId, type BatchClient } from '../client';

import { batchLines } from './batch-progress';
import { linesOf, tellReport } from './batch-report';
import { withBatchClient } from './connection';
import { refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { secondsOf } from './numbers';
import { printJson, printLine, type CommonOptions } from './output';
import { checkReportFolder, reportBaseName } from './report-files';
import { waitAndTell } from './run-batch';
import { toPauseRequest, type PauseOptions } from './steering-requests';

/** Options of `batch attach` and `batch report` as typed. */
export interface ReportOptions extends CommonOptions {
  report?: string;
  timeout?: string;
}

/** Waits for a batch with its progress in view, and tells its report. */
export async function attach(workflowId: string, options: ReportOptions): Promise<number> {
  const faults: string[] = [];
  const baseName = await reportNameOf(workflowId, options, faults);
  const timeoutSeconds = secondsOf('timeout', options.timeout, 'positive', faults);
  refuseFaults(faults);
  const telling = { json: options.json, baseName, head: { workflowId } };
  return withBatchClient((client) => waitAndTell(client, workflowId, timeoutSeconds, telling));
}

/** Tells what became of each item so far. */
export async function report(workflowId: string, options: ReportOptions): Promise<number> {
  const faults: string[] = [];
  const baseName = await reportNameOf(workflowId, options, faults);
  refuseFaults(faults);
  return withBatchClient(async (client) => {
    const progress = await client.progress(workflowId);
    const lines = await linesOf(client, workflowId);
    await tellReport({ ...progress, workflowId, lines }, { json: options.json, baseName, head: { workflowId } });
    return EXIT_CODES.success;
  });
}

/** Shows a batch as it stands. */
export async function progress(workflowId: string, { json }: CommonOptions): Promise<number> {
  refuseFaults(workflowIdFaults(workflowId));
  return withBatchClient(async (client) => {
    const answer = await client.progress(workflowId);
    if (json) printJson({ workflowId, ...answer });
    else for (const line of batchLines(answer, Date.now(), false)) printLine(line);
    return EXIT_CODES.success;
  });
}

/** Lets a batch begin nothing new. */
export async function pause(workflowId: string, options: PauseOptions & CommonOptions): Promise<number> {
  const faults = workflowIdFaults(workflowId);
  const request = toPauseRequest(options, faults);
  refuseFaults(faults);
  const said = 'was asked to pause: it begins nothing new, and what has begun is followed on';
  return ask(workflowId, 'pause', said, options, (client) => client.pause(workflowId, request));
}

/** Lets a paused or blocked batch go on. */
export async function resume(workflowId: string, options: CommonOptions): Promise<number> {
  refuseFaults(workflowIdFaults(workflowId));
  const said = 'was told to go on, if it is paused or blocked';
  return ask(workflowId, 'resume', said, options, (client) => client.resume(workflowId));
}

/** Asks for the end of a batch. */
export async function cancel(workflowId: string, options: CommonOptions): Promise<number> {
  refuseFaults(workflowIdFaults(workflowId));
  const said = 'was asked to end: it begins nothing new, and tasks that have begun go on in the cloud';
  return ask(workflowId, 'cancel', said, options, (client) => client.cancel(workflowId));
}

/** Tries what has ended badly again. */
export async function retryFailed(workflowId: string, { json }: CommonOptions): Promise<number> {
  refuseFaults(workflowIdFaults(workflowId));
  return withBatchClient(async (client) => {
    const retried = await client.retryFailed(workflowId);
    if (json) printJson({ workflowId, retried });
    else printLine(retried === 1 ? '1 item is tried again' : `${retried} items are tried again`);
    return EXIT_CODES.success;
  });
}

function ask(
  workflowId: string,
  requested: 'pause' | 'resume' | 'cancel',
  said: string,
  { json }: CommonOptions,
  act: (client: BatchClient) => Promise<void>,
): Promise<number> {
  return withBatchClient(async (client) => {
    await act(client);
    if (json) printJson({ workflowId, requested });
    else printLine(`The batch ${said}`);
    return EXIT_CODES.success;
  });
}

async function reportNameOf(workflowId: string, options: ReportOptions, faults: string[]): Promise<string> {
  faults.push(...workflowIdFaults(workflowId));
  const [kind = '', , batchId = ''] = workflowId.split('/');
  const baseName = options.report ?? reportBaseName(kind, batchId);
  await checkReportFolder(baseName, faults);
  return baseName;
}

function workflowIdFaults(workflowId: string): string[] {
  if (parseBatchWorkflowId(workflowId)) return [];
  return [
    `The workflow id must be that of a batch, e.g. provision-users/z-djw98wnd0000/4f2a9c01b7de, got "${workflowId}"`,
  ];
}
