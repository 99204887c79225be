import { homedir } from 'node:os';
import path from 'node:path';

import { abortOn } from '../abort-signals';
import type { Plan } from '../batch-plan';
import {
  MAX_INPUT_BYTES,
  type Batch,
  type BatchClient,
  type ItemSource,
  type UserSync,
  type UserSyncItem,
  type UserSyncKey,
  type UserSyncRef,
} from '../client';
import { itemsFolderOf } from '../config/items-folder';
import { writeItemsFile } from '../items-file';

import { batchIdOf, type BatchCommandOptions } from './batch-options';
import { attachCommand, tellResult, type ReportTelling } from './batch-report';
import { confirm, planCommand } from './confirm';
import { withBatchClient } from './connection';
import { refuseFaults, type ErrorReport } from './errors';
import { EXIT_CODES } from './exit-codes';
import type { ItemFormat } from './item-format';
import { readItemsFile } from './items-file-reader';
import { secondsOf } from './numbers';
import { printJson, printLine, printNote, showCounter } from './output';
import { printable } from './printable';
import { checkReportFolder, reportBaseName } from './report-files';
import { waitShowingBatch } from './watch-batch';

/** What one kind of batch does with the items of a file. */
export interface BatchJob<Item, Step extends { action: string }, Input extends object> {
  /** Of the command line. */
  name: 'provision' | 'deprovision';
  format: ItemFormat<Item>;
  /** Undefined where an item does not tell its key. */
  keyOf: (item: Item) => UserSyncKey | undefined;
  plan: (items: readonly Item[], syncs: readonly UserSync[]) => Plan<Step>;
  planLines: (plan: Plan<Step>) => string[];
  /** Why nothing may be started. */
  refusal: (plan: Plan<Step>) => ErrorReport['error'] | undefined;
  /** Asked before the start; undefined when nothing is changed. */
  question: (plan: Plan<Step>) => string | undefined;
  toInput: (source: ItemSource<Item>) => Input;
  /** Goes after the name that the items give. */
  idSuffix: string;
  start: (client: BatchClient, batchId: string, input: Input) => Promise<Batch>;
}

/** Up to so many items are looked up one by one; for more the whole zone is read. */
const MAX_KEYS = 100;

/**
 * Reads a file of items and shows the plan; unless only that is wanted, starts the batch after a question and waits for
 * its report.
 *
 * @param faults - what is wrong already with what was typed
 * @returns the exit code
 */
export async function runBatch<
  Item extends UserSyncItem | UserSyncRef,
  Step extends { action: string },
  Input extends object,
>(options: BatchCommandOptions, job: BatchJob<Item, Step, Input>, faults: string[]): Promise<number> {
  const { zone: zoneId, file, json } = options;
  const items = await readItemsFile(file, job.format, faults);
  const batchId = options.id ?? `${batchIdOf(items)}${job.idSuffix}`;
  const baseName = options.report ?? reportBaseName(path.parse(file).name, batchId);
  if (!options.plan) await checkReportFolder(baseName, faults);
  const timeoutSeconds = secondsOf('timeout', options.timeout, 'positive', faults);
  refuseFaults(faults);
  return withBatchClient(async (client) => {
    const plan = job.plan(items, await existingSyncs(client, zoneId, items, job));
    const error = job.refusal(plan);
    if (!json) for (const line of job.planLines(plan)) printLine(line);
    if (options.plan || error) {
      if (json) printJson({ plan, ...(error && { error }) });
      else if (error) printNote(printable(error.message));
      return error ? EXIT_CODES.badInput : EXIT_CODES.success;
    }
    const question = job.question(plan);
    if (question !== undefined && !options.yes) {
      await confirm(printable(question), printable(planCommand(job.name, zoneId, file)));
    }
    const batch = await job.start(client, batchId, await inputOf(items, job));
    if (!json) printLine(printable(batchSentence(batch)));
    if (options.detach) {
      if (json) printJson({ plan, batch });
      else printLine(printable(`Wait for it with: ${attachCommand(batch.workflowId)}`));
      return EXIT_CODES.success;
    }
    return waitAndTell(client, batch.workflowId, timeoutSeconds, { json, baseName, head: { plan, batch } });
  });
}

/** Waits for the report of a batch with its progress in view, and tells it; Ctrl-C ends only the wait. */
export async function waitAndTell(
  client: BatchClient,
  workflowId: string,
  timeoutSeconds: number | undefined,
  telling: ReportTelling,
): Promise<number> {
  const interrupt = abortOn('SIGINT');
  try {
    const wait = {
      signal: interrupt.signal,
      ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }),
    };
    const result = await waitShowingBatch(client, workflowId, wait, telling.json ? process.stderr : process.stdout);
    return await tellResult(client, workflowId, result, interrupt.signal.aborted, telling);
  } finally {
    interrupt.release();
  }
}

async function existingSyncs<Item>(
  client: BatchClient,
  zoneId: string,
  items: readonly Item[],
  { keyOf }: { keyOf: (item: Item) => UserSyncKey | undefined },
): Promise<UserSync[]> {
  const keys = items.map(keyOf).filter((key) => key !== undefined);
  const isFew = keys.length === items.length && keys.length <= MAX_KEYS;
  const syncs: UserSync[] = [];
  showCounter('Reading which user syncs there are …');
  try {
    for await (const sync of client.readUserSyncs({ zoneId, ...(isFew && { keys }) })) syncs.push(sync);
  } finally {
    showCounter('');
  }
  return syncs;
}

/** The items themselves, or the file with them when they are more than an input holds. */
async function inputOf<Item extends UserSyncItem | UserSyncRef, Input extends object>(
  items: Item[],
  { toInput }: { toInput: (source: ItemSource<Item>) => Input },
): Promise<Input> {
  const input = toInput({ items });
  if (Buffer.byteLength(JSON.stringify(input)) <= MAX_INPUT_BYTES) return input;
  const folder = itemsFolderOf(process.env, homedir());
  const itemsFile = await writeItemsFile(folder, items);
  printNote(printable(`The workers read the items from ${path.join(folder, itemsFile.name)}`));
  return toInput({ itemsFile });
}

function batchSentence({ state, workflowId }: Batch): string {
  return state === 'started'
    ? `Started ${workflowId}`
    : `Attached to ${workflowId}, which runs already: its items and options stand`;
}
