import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import {
  LINES_MEMO,
  OUTCOME_MEMO,
  PART_SIZE,
  SEARCH_ATTRIBUTES,
  type BatchOptions,
  type BatchProgress,
  type BatchReport,
  type ItemsFile,
  type ItemSource,
  type UserSyncItem,
  type UserSyncRef,
} from '../../contract';
import { inputFailure } from '../input-failure';
import { metrics } from '../metrics';
import { now } from '../now';

import { describeBatch } from './batch-details';
import { countOutcomes, hasFailed, lineOf, retryItem, waitingItems } from './batch-items';
import { handleBatchMessages } from './batch-messages';
import { initialBatch, outcomesText, toProgress, toReport, type BatchState } from './batch-progress';
import { Coordinator, type CoordinatorCarried } from './coordinate';
import { handlePartMessages, tellBatch, type PartOf } from './part-messages';
import type { PartState } from './run-part';

/** One kind of batch. */
export interface BatchKind<Wanted, Input> {
  faultsOf: (input: unknown) => string[];
  resolve: (wanted: Wanted) => Wanted;
  /** Checks a whole file of items before anything is begun. */
  checkFile: (file: ItemsFile, input: Input) => Promise<void>;
  /** Reads items of that file. */
  readFile: (file: ItemsFile, from: number, count: number) => Promise<Wanted[]>;
  run: (part: PartState<Wanted>, input: Input) => Promise<void>;
}

type BatchInput<Wanted> = BatchOptions & ItemSource<Wanted> & { zoneId: string };

const searchAttributeKeys = {
  zoneId: defineSearchAttributeKey(SEARCH_ATTRIBUTES.zoneId, SearchAttributeType.KEYWORD),
  phase: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase, SearchAttributeType.KEYWORD),
  phaseSince: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phaseSince, SearchAttributeType.DATETIME),
};

/**
 * Runs a batch to its end: a small one by itself, a large one in parts, each of which is a workflow of the same type.
 *
 * @param carried - set by continue-as-new only
 * @param partOf - set by the batch whose part this is
 * @returns the report
 * @throws ApplicationFailure of `INVALID_INPUT_TYPE` with the faults; CancelledFailure when cancelled, the report and its
 *   lines then being in the memo
 */
export async function runBatch<Wanted extends UserSyncItem | UserSyncRef, Input extends BatchInput<Wanted>>(
  input: Input,
  kind: BatchKind<Wanted, Input>,
  carried?: CoordinatorCarried,
  partOf?: PartOf,
): Promise<BatchReport> {
  const faults = kind.faultsOf(input);
  if (faults.length > 0) throw inputFailure(faults);
  const total = partOf?.count ?? input.items?.length ?? input.itemsFile?.count ?? 0;
  const state = carried?.batch ?? initialBatch(input.zoneId, total, now());
  if (partOf?.isCancelled) state.isCancelled = true;
  CancellationScope.current().cancelRequested.catch(() => (state.isCancelled = true));
  const isLarge = partOf === undefined && total > PART_SIZE;
  const report = await CancellationScope.nonCancellable(() =>
    isLarge ? runParts(input, kind, state, carried) : runItems(input, kind, state, partOf),
  );
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return conclude(report);
}

async function runParts<Wanted, Input extends BatchInput<Wanted>>(
  input: Input,
  kind: BatchKind<Wanted, Input>,
  state: BatchState,
  carried: CoordinatorCarried | undefined,
): Promise<BatchReport> {
  const coordinator = new Coordinator(input, state, carried);
  const shown = showUntilEnded(state, input, () => coordinator.progress());
  if (input.itemsFile && !carried) await kind.checkFile(input.itemsFile, input);
  await coordinator.run();
  state.endedAt = now();
  await shown;
  return coordinator.report();
}

async function runItems<Wanted extends UserSyncItem | UserSyncRef, Input extends BatchInput<Wanted>>(
  input: Input,
  kind: BatchKind<Wanted, Input>,
  state: BatchState,
  partOf: PartOf | undefined,
): Promise<BatchReport> {
  let mayFinish = partOf === undefined;
  const part: PartState<Wanted> = {
    batch: state,
    items: [],
    // What the batch may still want to be tried again keeps its part open.
    mayEnd: () => mayFinish || !part.items.some(hasFailed),
  };
  const outcomes = (): ReturnType<typeof countOutcomes> =>
    part.items.length > 0 ? countOutcomes(part.items) : { NotStarted: state.total };
  const retryFailed = (): number => {
    // Nothing is begun any more.
    if (state.isCancelled || state.endedAt !== undefined) return 0;
    const failed = part.items.filter(hasFailed);
    failed.forEach(retryItem);
    return failed.length;
  };
  handleBatchMessages({
    progress: () => toProgress(state, outcomes()),
    lines: () => part.items.map(lineOf),
    pause: (reason) => (state.pausedReason = reason),
    resume: () => {
      delete state.pausedReason;
      state.health.resumes += 1;
    },
    retryFailed,
  });
  handlePartMessages({ finish: () => (mayFinish = true), retryFailed });
  const shown = showUntilEnded(state, input, () => toProgress(state, outcomes()));
  const wanted = await readItems(input, kind, partOf);
  part.items = waitingItems(wanted.map(kind.resolve), partOf?.from ?? 0);
  const told = partOf && tellBatch(partOf.part, state, outcomes);
  await kind.run(part, input);
  state.endedAt = now();
  await shown;
  await told;
  const report = toReport(state, outcomes());
  metrics.batchItemsEnded(report.outcomes);
  const lines = part.items.map(lineOf);
  if (!partOf && report.phase === 'Completed') return { ...report, lines };
  // All lines of a large batch are too long for the history of one workflow, and a Canceled close has no result.
  upsertMemo({ [LINES_MEMO]: lines });
  return report;
}

async function readItems<Wanted, Input extends BatchInput<Wanted>>(
  input: Input,
  kind: BatchKind<Wanted, Input>,
  partOf: PartOf | undefined,
): Promise<Wanted[]> {
  const { items, itemsFile } = input;
  if (!itemsFile) return items ?? [];
  // The batch has checked it for all of its parts.
  if (!partOf) await kind.checkFile(itemsFile, input);
  const { from, count } = partOf ?? { from: 0, count: itemsFile.count };
  return kind.readFile(itemsFile, from, count);
}

/** Keeps search attributes and details up to date until the batch has ended. */
async function showUntilEnded(state: BatchState, options: BatchOptions, progress: () => BatchProgress): Promise<void> {
  const { zoneId } = state;
  let shownPhase = '';
  for (let shown = ''; ;) {
    const current = progress();
    shown = JSON.stringify(current);
    setCurrentDetails(describeBatch(current, options));
    if (current.phase !== shownPhase) {
      upsertSearchAttributes([
        ...(shownPhase === '' ? [{ key: searchAttributeKeys.zoneId, value: zoneId }] : []),
        { key: searchAttributeKeys.phase, value: current.phase },
        { key: searchAttributeKeys.phaseSince, value: new Date(Date.now()) },
      ]);
      shownPhase = current.phase;
    }
    if (state.endedAt !== undefined) return;
    await condition(() => JSON.stringify(progress()) !== shown);
  }
}

function conclude(report: BatchReport): BatchReport {
  if (report.phase !== 'Cancelled') return report;
  upsertMemo({ [OUTCOME_MEMO]: report });
  throw new CancelledFailure(`The batch was cancelled: ${outcomesText(report.outcomes)}`);
}
