import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  condition,
  makeContinueAsNewFunc,
  ParentClosePolicy,
  setHandler,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';

import {
  BATCH_SIGNALS,
  BATCH_TASK_SECONDS,
  DEFAULT_MAX_IN_FLIGHT,
  isFailure,
  PART_SIZE,
  type BatchOptions,
  type BatchProgress,
  type BatchReport,
  type ItemOutcome,
} from '../../contract';

import { handleBatchMessages } from './batch-messages';
import { openItems, sumOutcomes, toProgress, toReport, type BatchState, type Outcomes } from './batch-progress';
import { finishSignal, partNewsSignal, retryPartSignal, type PartNews, type PartOf } from './part-messages';

/** What one run of a large batch hands to the next. */
export interface CoordinatorCarried {
  batch: BatchState;
  nextPart: number;
  ended: Outcomes;
}

/** Input of a large batch, as far as parts are cut out of it. */
type LargeInput = BatchOptions & { items?: unknown[] | undefined };

type BatchWorkflow = (input: unknown, carried?: CoordinatorCarried, partOf?: PartOf) => Promise<BatchReport>;

/** One part that runs. */
interface RunningPart {
  news: Omit<PartNews, 'part'>;
  handle?: ChildWorkflowHandle<BatchWorkflow>;
  scope: CancellationScope;
}

/** Below 10,000, and enough for more than 50,000 items. */
const EVENTS_OF_A_RUN = 9_000;
/** So many parts are ended at a time, or begun only to report. */
const PARTS_AT_ONCE = 4;

/**
 * Runs a large batch in parts, each a child workflow of the same type: as many at a time as keep the number of open
 * items below `maxInFlight`. A part stays open, as long as any does, so that its failed items can be tried again.
 */
export class Coordinator {
  private readonly running = new Map<number, RunningPart>();
  private nextPart: number;
  private ended: Outcomes;
  private failure: Error | undefined;

  constructor(
    private readonly input: LargeInput,
    private readonly batch: BatchState,
    carried: CoordinatorCarried | undefined,
  ) {
    this.nextPart = carried?.nextPart ?? 0;
    this.ended = carried?.ended ?? {};
    setHandler(partNewsSignal, ({ part, ...news }) => {
      const running = this.running.get(part);
      if (running) running.news = news;
    });
    handleBatchMessages({
      progress: () => this.progress(),
      lines: () => [],
      pause: (reason) => {
        batch.pausedReason = reason;
        for (const part of this.running.values()) this.tellPause(part);
      },
      resume: () => {
        delete batch.pausedReason;
        for (const part of this.running.values()) tell(part, (handle) => handle.signal(BATCH_SIGNALS.resume));
      },
      retryFailed: () => {
        for (const part of this.running.values()) tell(part, (handle) => handle.signal(retryPartSignal));
        return [...this.running.values()].reduce((sum, { news }) => sum + failedItems(news.outcomes), 0);
      },
    });
  }

  /** Returns the counts of all items. */
  outcomes(): Outcomes {
    const started = [this.ended, ...[...this.running.values()].map(({ news }) => news.outcomes)];
    const known = sumOutcomes(started);
    const left = this.batch.total - Math.min(this.batch.total, this.nextPart * PART_SIZE);
    return left === 0 ? known : sumOutcomes([known, { NotStarted: left }]);
  }

  progress(): BatchProgress {
    const { health } = this.batch;
    const news = [...this.running.values()].map((part) => part.news);
    const blockedBy = news.find((each) => each.blockedBy)?.blockedBy;
    const degradedBy = news.find((each) => each.degradedBy)?.degradedBy;
    const state = {
      ...this.batch,
      health: { resumes: health.resumes, ...(blockedBy && { blockedBy }), ...(degradedBy && { degradedBy }) },
    };
    return { ...toProgress(state, this.outcomes()), parts: this.partIds() };
  }

  /** Returns what the batch closes with, once it has ended. */
  report(): BatchReport {
    return { ...toReport(this.batch, this.outcomes()), parts: this.partIds() };
  }

  /** Starts part after part and waits for their ends. */
  async run(): Promise<void> {
    const { batch } = this;
    while (this.nextPart < this.partCount && !batch.isCancelled && !this.isFull()) {
      await condition(() => this.hasRoom() || batch.isCancelled || this.failure !== undefined || this.isFull());
      if (this.failure) throw this.failure;
      if (this.hasRoom()) this.start();
    }
    await condition(() => this.openItems() === 0 || batch.isCancelled || this.failure !== undefined);
    await this.endParts();
    if (batch.isCancelled) return this.reportOthers();
    if (this.nextPart < this.partCount) await this.continueAsNew();
  }

  private get partCount(): number {
    return Math.ceil(this.batch.total / PART_SIZE);
  }

  /** The next run begins once the parts that run have ended, since it would not hear of them; so only where it must. */
  private isFull(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    const mayWait = this.openItems() > 0;
    return historyLength >= EVENTS_OF_A_RUN || (continueAsNewSuggested && !mayWait && this.nextPart > 0);
  }

  private hasRoom(): boolean {
    const { maxInFlight = DEFAULT_MAX_IN_FLIGHT } = this.input;
    if (this.batch.isCancelled || this.batch.pausedReason !== undefined || this.isFull()) return false;
    const open = this.openItems();
    return open === 0 || open + PART_SIZE <= maxInFlight;
  }

  private openItems(): number {
    return [...this.running.values()].reduce((sum, { news }) => sum + openItems(news.outcomes), 0);
  }

  private start(isCancelled?: true): void {
    const part = this.nextPart;
    this.nextPart += 1;
    const from = part * PART_SIZE;
    const count = Math.min(PART_SIZE, this.batch.total - from);
    const running: RunningPart = {
      news: { outcomes: { NotStarted: count }, phase: 'Running' },
      scope: new CancellationScope(),
    };
    this.running.set(part, running);
    const partOf = { part, from, count, ...(isCancelled && { isCancelled }) };
    running.scope
      .run(() => this.runPart(running, partOf))
      .catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      });
  }

  private async runPart(running: RunningPart, partOf: PartOf): Promise<void> {
    const { items } = this.input;
    const { from, count, part } = partOf;
    const input = { ...this.input, ...(items && { items: items.slice(from, from + count) }) };
    let outcomes: Outcomes;
    try {
      const handle = await startChild<BatchWorkflow>(workflowInfo().workflowType, {
        workflowId: this.partId(part),
        args: [input, undefined, partOf],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        workflowTaskTimeout: BATCH_TASK_SECONDS * 1000,
      });
      running.handle = handle;
      this.tellPause(running);
      ({ outcomes } = await handle.result());
    } catch (error) {
      if (!(error instanceof ChildWorkflowFailure)) throw error;
      outcomes = this.batch.isCancelled ? running.news.outcomes : withoutWord(running.news.outcomes);
    }
    this.running.delete(part);
    this.ended = sumOutcomes([this.ended, outcomes]);
  }

  /** Ends the parts that run, a few at a time: most have left the workers' caches, and are replayed to end. */
  private async endParts(): Promise<void> {
    const todo = [...this.running.entries()];
    // Those that create something are to stop at once.
    if (this.batch.isCancelled) {
      for (const [, { news, scope, handle }] of todo) if (handle && openItems(news.outcomes) > 0) scope.cancel();
    }
    const isEnded = (part: number): boolean => !this.running.has(part) || this.failure !== undefined;
    const endNext = async (): Promise<void> => {
      for (let next = todo.shift(); next; next = todo.shift()) {
        const [part, running] = next;
        // One that is about to begin would never be, and have no lines.
        await condition(() => running.handle !== undefined || isEnded(part));
        if (this.batch.isCancelled) running.scope.cancel();
        else await running.handle?.signal(finishSignal).catch(() => undefined);
        await condition(() => isEnded(part) || (this.batch.isCancelled && !running.scope.consideredCancelled));
        if (!isEnded(part)) todo.unshift(next);
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, endNext));
    if (this.failure) throw this.failure;
  }

  /** The parts that were not begun still say so for each of their items. */
  private async reportOthers(): Promise<void> {
    while (this.nextPart < this.partCount) {
      await condition(() => this.running.size < PARTS_AT_ONCE || this.failure !== undefined);
      if (this.failure) throw this.failure;
      this.start(true);
    }
    await condition(() => this.running.size === 0 || this.failure !== undefined);
    if (this.failure) throw this.failure;
  }

  private async continueAsNew(): Promise<never> {
    const carried: CoordinatorCarried = { batch: this.batch, nextPart: this.nextPart, ended: this.ended };
    const { memo } = workflowInfo();
    return makeContinueAsNewFunc<BatchWorkflow>({
      ...(memo && { memo }),
      workflowTaskTimeout: BATCH_TASK_SECONDS * 1000,
      // Of a versioned worker: the next run begins on the current version, and is pinned there.
      initialVersioningBehavior: 'AUTO_UPGRADE',
    })(this.input, carried);
  }

  private tellPause(part: RunningPart): void {
    const { pausedReason: reason } = this.batch;
    if (reason !== undefined) tell(part, (handle) => handle.signal(BATCH_SIGNALS.pause, { reason }));
  }

  private partIds(): string[] {
    return Array.from({ length: this.nextPart }, (_, part) => this.partId(part));
  }

  private partId(part: number): string {
    const { workflowId, firstExecutionRunId } = workflowInfo();
    // Another run of the same batch has parts of its own.
    return `${workflowId}/${firstExecutionRunId.slice(0, 8)}/part-${part + 1}`;
  }
}

function tell({ handle }: RunningPart, send: (handle: ChildWorkflowHandle<BatchWorkflow>) => Promise<void>): void {
  // One that has just ended needs no word any more.
  if (handle) send(handle).catch(() => undefined);
}

function failedItems(outcomes: Outcomes): number {
  const entries = Object.entries(outcomes) as [ItemOutcome, number][];
  return entries.reduce((sum, [outcome, count]) => (isFailure(outcome) ? sum + count : sum), 0);
}

/** What a part that was stopped from outside has not told is not known. */
function withoutWord(outcomes: Outcomes): Outcomes {
  const { NotStarted: _notStarted, StillFollowed: _stillFollowed, ...told } = outcomes;
  return sumOutcomes([told, { Unknown: openItems(outcomes) }]);
}
