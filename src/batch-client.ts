import { randomUUID } from 'node:crypto';

import {
  CancelledFailure,
  type Client,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';

import {
  BATCH_QUERIES,
  BATCH_SIGNALS,
  BATCH_TASK_SECONDS,
  BATCH_UPDATES,
  batchWorkflowId,
  DEPROVISION_USERS,
  deprovisionUsersFaults,
  idFaults,
  MAX_INPUT_BYTES,
  LINES_MEMO,
  OUTCOME_MEMO,
  PART_SIZE,
  pauseFaults,
  PROVISION_USERS,
  provisionUsersFaults,
  READ_USER_SYNCS,
  TASK_QUEUES,
  type BatchKind,
  type BatchProgress,
  type BatchReport,
  type DeprovisionUsersInput,
  type PauseRequest,
  type ProvisionUsersInput,
  type ReadUserSyncsAnswer,
  type ReadUserSyncsInput,
  type ReportLine,
  type ReportPage,
  type UserSync,
} from './contract';
import { batchRunBookOf } from './operator-texts';
import {
  faultsOf,
  isInvalidInput,
  NoAnswerError,
  refuse,
  TemporalCalls,
  type UpdateOptions,
  type WaitOptions,
} from './temporal-calls';

/** A batch that was started or attached to. */
export interface Batch {
  workflowId: string;
  /** First run of the chain. */
  runId: string;
  /** `attached` to one that runs under this id already: its items and options stand. */
  state: 'started' | 'attached';
}

/** What a wait for a batch brought. */
export type BatchWaitResult =
  | { kind: 'ended'; report: BatchReport }
  /** The caller's own timeout or abort signal ended the wait; the batch goes on. */
  | { kind: 'waiting'; progress?: BatchProgress }
  /** The workflow was stopped without a report: terminated, timed out, or its input was refused. */
  | { kind: 'stopped'; reason: string };

/** There is no batch of this id in the namespace. */
export class BatchNotFoundError extends Error {
  override readonly name = 'BatchNotFoundError';

  constructor(workflowId: string) {
    super(`There is no batch ${workflowId} in this namespace: start it with provision or deprovision`);
  }
}

/** The batch has ended, so that nothing can be asked of it. */
export class BatchEndedError extends Error {
  override readonly name = 'BatchEndedError';

  constructor(workflowId: string) {
    super(
      `The batch ${workflowId} has ended already: see how with its report. To try again what ended badly, start it again`,
    );
  }
}

/** The user syncs of a zone could not be read. */
export class UserSyncsUnreadableError extends Error {
  override readonly name = 'UserSyncsUnreadableError';

  constructor(zoneId: string, reason: string, options?: ErrorOptions) {
    super(
      `The user syncs of zone ${zoneId} could not be read: ${reason}. See what keeps the worker with "provisioning doctor"`,
      options,
    );
  }
}

/** Reads wait for the rate limit, which batches share. */
const READ_DEADLINE_MS = 120_000;

/** Starts, inspects and steers batches of user syncs; for any service with a Temporal client. */
export class BatchClient {
  private readonly calls: TemporalCalls;

  /** @param client - connected to the worker's namespace */
  constructor(private readonly client: Client) {
    this.calls = new TemporalCalls(client);
  }

  /**
   * Creates user syncs and follows the task of each: starts the workflow, or attaches to the one that runs under this
   * id. After its end the same id starts anew, which adopts what exists.
   *
   * @param batchId - the caller's own name of the batch
   * @throws InvalidInputError naming every fault, before anything is started
   */
  async provisionUsers(batchId: string, input: ProvisionUsersInput): Promise<Batch> {
    refuse([...idFaults('batchId', batchId), ...provisionUsersFaults(input), ...sizeFaults(input)]);
    return this.start(PROVISION_USERS, batchId, input, `Start ${countOf(input)}`);
  }

  /**
   * Removes user syncs and follows the task of each: starts the workflow, or attaches to the one that runs under this
   * id. After its end the same id starts anew.
   *
   * @param batchId - the caller's own name of the batch
   * @throws InvalidInputError naming every fault, before anything is started
   */
  async deprovisionUsers(batchId: string, input: DeprovisionUsersInput): Promise<Batch> {
    refuse([...idFaults('batchId', batchId), ...deprovisionUsersFaults(input), ...sizeFaults(input)]);
    const summary = input.dryRun ? `Look up ${countOf(input)} to be removed` : `Remove ${countOf(input)}`;
    return this.start(DEPROVISION_USERS, batchId, input, summary);
  }

  /**
   * Answers the batch as it stands, also after its end.
   *
   * @param options - `signal` ends the question, which a batch without a worker leaves open for 10 s
   * @throws BatchNotFoundError, NoAnswerError, or the reason of the signal
   */
  progress(workflowId: string, { signal }: { signal?: AbortSignal } = {}): Promise<BatchProgress> {
    return this.query(workflowId, BATCH_QUERIES.progress, [], signal);
  }

  /**
   * Reads what became of each item so far, in the order of the items, also after the end; of what has ended no worker is
   * asked.
   *
   * @throws BatchNotFoundError, NoAnswerError
   */
  async *lines(workflowId: string): AsyncGenerator<ReportLine> {
    const { parts = [workflowId] } = await this.progress(workflowId);
    for (const part of parts) yield* (await this.endedLines(part)) ?? (await this.linesSoFar(part));
  }

  /**
   * Begins nothing new until {@link resume}; what has begun is followed on.
   *
   * @throws InvalidInputError naming every fault, BatchNotFoundError, BatchEndedError
   */
  async pause(workflowId: string, request: PauseRequest): Promise<void> {
    refuse(pauseFaults(request));
    await this.steer(workflowId, () => this.calls.signal(workflowId, BATCH_SIGNALS.pause, request));
  }

  /**
   * Lets a batch go on that is `Paused`, or `Blocked` and mended. Else without effect.
   *
   * @throws BatchNotFoundError, BatchEndedError
   */
  async resume(workflowId: string): Promise<void> {
    await this.steer(workflowId, () => this.calls.signal(workflowId, BATCH_SIGNALS.resume));
  }

  /**
   * Tries those items again that have ended badly so far.
   *
   * @returns how many
   * @throws BatchNotFoundError, BatchEndedError, NoAnswerError
   */
  retryFailed(workflowId: string, options?: UpdateOptions): Promise<number> {
    return this.steer(workflowId, () =>
      this.calls.update<number>(workflowId, BATCH_UPDATES.retryFailed, undefined, options),
    );
  }

  /**
   * Ends the batch as `Cancelled`: it begins nothing new. Tasks that have begun go on in the cloud, and so do their
   * follows, unless the input said `cancelFollows`.
   *
   * @throws BatchNotFoundError, BatchEndedError
   */
  async cancel(workflowId: string): Promise<void> {
    await this.steer(workflowId, () => this.calls.cancel(workflowId));
  }

  /**
   * Waits until the batch ends. Any number of callers may wait; a wait that its own timeout or signal ends stops
   * nothing else.
   *
   * @throws BatchNotFoundError
   */
  async waitForReport(workflowId: string, options: WaitOptions = {}): Promise<BatchWaitResult> {
    const wait = await this.calls
      .waitFor<BatchReport, BatchProgress>(workflowId, BATCH_QUERIES.progress, options)
      .catch((error: unknown) => {
        throw error instanceof WorkflowNotFoundError ? new BatchNotFoundError(workflowId) : error;
      });
    switch (wait.kind) {
      case 'ended':
        return { kind: 'ended', report: wait.result };
      case 'waiting':
        return { kind: 'waiting', ...(wait.view && { progress: wait.view }) };
      case 'failed':
        return this.afterFailure(workflowId, wait.error);
    }
  }

  /**
   * Reads which user syncs there are, as a worker sees them: of the whole zone, or only those of some keys.
   *
   * @throws InvalidInputError, UserSyncsUnreadableError with the cloud's words, NoAnswerError without a worker
   */
  async *readUserSyncs(input: Omit<ReadUserSyncsInput, 'nextToken'>): AsyncGenerator<UserSync> {
    refuse(idFaults('zoneId', input.zoneId));
    let nextToken: string | undefined;
    do {
      const answer = await this.readSome({ ...input, ...(nextToken !== undefined && { nextToken }) });
      yield* answer.syncs;
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
  }

  private async readSome(input: ReadUserSyncsInput): Promise<ReadUserSyncsAnswer> {
    try {
      const handle = await this.calls.within(() =>
        this.client.workflow.start(READ_USER_SYNCS, {
          workflowId: `read-user-syncs/${input.zoneId}/${randomUUID()}`,
          taskQueue: TASK_QUEUES.provisioning,
          args: [input],
          // The server ends it, so that nothing is left behind where no worker runs.
          workflowExecutionTimeout: READ_DEADLINE_MS,
        }),
      );
      return (await handle.result()) as ReadUserSyncsAnswer;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      refuse(isInvalidInput(cause) ? faultsOf(cause) : []);
      if (cause instanceof TimeoutFailure) throw new NoAnswerError(READ_DEADLINE_MS, { cause: error });
      throw new UserSyncsUnreadableError(input.zoneId, cause?.message ?? error.message, { cause: error });
    }
  }

  private async endedLines(workflowId: string): Promise<ReportLine[] | undefined> {
    try {
      const { memo, status } = await this.calls.describe(workflowId);
      const lines = memo?.[LINES_MEMO] as ReportLine[] | undefined;
      if (lines || status.name !== 'COMPLETED') return lines;
      const report = (await this.calls.within(() =>
        this.client.workflow.getHandle(workflowId).result(),
      )) as BatchReport;
      return report.lines;
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new BatchNotFoundError(workflowId) : error;
    }
  }

  private async linesSoFar(workflowId: string): Promise<ReportLine[]> {
    const lines: ReportLine[] = [];
    for (let page = PART_SIZE; page === PART_SIZE;) {
      const wanted: ReportPage = { offset: lines.length, limit: PART_SIZE };
      const some = await this.query<ReportLine[]>(workflowId, BATCH_QUERIES.report, [wanted]);
      lines.push(...some);
      page = some.length;
    }
    return lines;
  }

  private async start(
    kind: BatchKind,
    batchId: string,
    input: ProvisionUsersInput | DeprovisionUsersInput,
    summary: string,
  ): Promise<Batch> {
    const workflowId = batchWorkflowId(kind, input.zoneId, batchId);
    const reusePolicy = WorkflowIdReusePolicy.ALLOW_DUPLICATE;
    const details = batchRunBookOf(workflowId, input);
    const request = { workflowId, input, reusePolicy, summary, details, taskSeconds: BATCH_TASK_SECONDS };
    return { workflowId, ...(await this.calls.start(kind, request)) };
  }

  private async query<T>(workflowId: string, name: string, args: object[], signal?: AbortSignal): Promise<T> {
    try {
      return await this.calls.query<T>(workflowId, name, args, signal);
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new BatchNotFoundError(workflowId) : error;
    }
  }

  private steer<T>(workflowId: string, act: () => Promise<T>): Promise<T> {
    return this.calls.steer(workflowId, act, (how) =>
      how === 'ended' ? new BatchEndedError(workflowId) : new BatchNotFoundError(workflowId),
    );
  }

  /** A Canceled close has no result: the memo has the report. */
  private async afterFailure(workflowId: string, { cause, message }: WorkflowFailedError): Promise<BatchWaitResult> {
    if (!(cause instanceof CancelledFailure)) {
      const reason = isInvalidInput(cause) ? faultsOf(cause).join('; ') : undefined;
      return { kind: 'stopped', reason: reason || (cause?.message ?? message) };
    }
    const { memo } = await this.calls.describe(workflowId);
    const report = memo?.[OUTCOME_MEMO] as BatchReport | undefined;
    if (!report) return { kind: 'stopped', reason: 'it was cancelled before it began' };
    const lines = memo?.[LINES_MEMO] as ReportLine[] | undefined;
    return { kind: 'ended', report: { ...report, ...(lines && { lines }) } };
  }
}

function sizeFaults(input: object): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes <= MAX_INPUT_BYTES) return [];
  return [
    `input must have at most ${MAX_INPUT_BYTES} bytes of JSON, got ${bytes}: put the items into a file and name it in itemsFile`,
  ];
}

function countOf({ items, itemsFile }: ProvisionUsersInput | DeprovisionUsersInput): string {
  const count = items?.length ?? itemsFile?.count ?? 0;
  return `${count} user sync${count === 1 ? '' : 's'}`;
}
