import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { status as grpcStatus } from '@grpc/grpc-js';
import {
  ApplicationFailure,
  CancelledFailure,
  type Client,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowHandle,
} from '@temporalio/client';

import {
  ENDINGS,
  FOLLOW_PROVISIONING_TASK,
  deadlineExtensionFaults,
  followInputFaults,
  INVALID_INPUT_TYPE,
  InvalidInputError,
  OUTCOME_MEMO,
  pauseFaults,
  pollingChangeFaults,
  QUERIES,
  resolveFaults,
  SIGNALS,
  TASK_QUEUES,
  UPDATES,
  workflowId,
  type DeadlineExtension,
  type FollowInput,
  type PauseRequest,
  type PollingChange,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
  type ResolveRequest,
} from './contract';
import { listQuery, toListedFollow, type ListedFollow, type ListFilter } from './follow-list';
import { runBookOf, summaryOf } from './operator-texts';
import { stopOn } from './waiting';

export * from './contract';
export type { ListedFollow, ListFilter } from './follow-list';

/** A follow that was started or attached to. */
export interface Follow {
  workflowId: string;
  /** First run of the chain. */
  runId: string;
  /** `started` anew, `attached` to a running follow, or `ended`: the recorded outcome is at hand, no call is made. */
  state: 'started' | 'attached' | 'ended';
}

/** What a wait brought. */
export type WaitResult =
  | { kind: 'ended'; outcome: ProvisioningOutcome }
  /** The caller's own timeout or abort signal ended the wait; the follow goes on. */
  | { kind: 'waiting'; snapshot?: ProvisioningSnapshot }
  /** The workflow was stopped from outside (terminated, timed out, input refused) without an outcome. */
  | { kind: 'stopped'; reason: string };

/** Options of {@link ProvisioningClient.waitForOutcome}: each ends only this wait. */
export interface WaitOptions {
  /** Milliseconds. Default: no limit. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Options of {@link ProvisioningClient.status}. */
export interface StatusOptions {
  /** Ends the question, which a follow without a worker leaves open for 10 s. */
  signal?: AbortSignal;
}

/** Options of an update. */
export interface UpdateOptions {
  /** An update that is sent again under the same id acts once. Default: a new id for each call. */
  updateId?: string;
  /** Milliseconds to wait for the answer. Default 10 s, and 60 s for {@link ProvisioningClient.checkNow}. */
  timeoutMs?: number;
}

/** The task has no follow in this namespace. */
export class NotFollowedError extends Error {
  override readonly name = 'NotFollowedError';

  constructor(zoneId: string, taskId: string) {
    super(`Task ${taskId} of zone ${zoneId} is not followed in this namespace: start it with follow`);
  }
}

/** The follow has ended, so that nothing can be asked of it. */
export class FollowEndedError extends Error {
  override readonly name = 'FollowEndedError';

  constructor(zoneId: string, taskId: string) {
    super(
      `The follow of task ${taskId} of zone ${zoneId} has ended already: see how with status. Unless the cloud or a person had the last word, follow starts it again`,
    );
  }
}

/** No worker answered in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(timeoutMs: number, options?: ErrorOptions) {
    super(
      `No worker answered within ${timeoutMs / 1000} s: start one with "provisioning worker", or see what keeps it with "provisioning doctor". What was asked may still be done`,
      options,
    );
  }
}

const CALL_DEADLINE_MS = 10_000;
/** A check waits for the rate limit, and may last 20 s. */
const CHECK_DEADLINE_MS = 60_000;
const WAIT_SLICE_MS = 600_000;
const COURTESY_MS = 1_000;
const RESEND_MS = 100;
/** Endings by the cloud's or a person's word: following such a task again gives the recorded outcome. */
const FINAL_ENDINGS: readonly string[] = ['Succeeded', 'Failed', 'Vanished', 'Resolved'];

/** Starts, inspects and steers follows; for any service with a Temporal client. */
export class ProvisioningClient {
  /** @param client - connected to the worker's namespace */
  constructor(private readonly client: Client) {}

  /**
   * Follows a task: starts the workflow, or attaches to the one that follows it already. A follow that ended without
   * the cloud's last word (cancelled, deadline, rejected, not found) is started again.
   *
   * @throws InvalidInputError naming every fault, before anything is started
   */
  async follow(input: FollowInput): Promise<Follow> {
    refuse(followInputFaults(input, Date.now()));
    const first = await this.start(input, WorkflowIdReusePolicy.REJECT_DUPLICATE);
    if (first) return first;
    const { zoneId, taskId } = input;
    // It has ended, so the outcome is at hand; unless somebody has just started it again, and then this attaches.
    const result = await this.waitForOutcome(zoneId, taskId, { timeoutMs: CALL_DEADLINE_MS });
    if (result.kind === 'ended' && FINAL_ENDINGS.includes(result.outcome.phase)) {
      const { runId } = await this.call(() => this.handle(zoneId, taskId).describe());
      return { workflowId: workflowId(zoneId, taskId), runId, state: 'ended' };
    }
    const again = await this.start(input, WorkflowIdReusePolicy.ALLOW_DUPLICATE);
    if (!again) throw new Error(`The follow of task ${taskId} could not be started again`);
    return again;
  }

  /**
   * Answers the follow as it stands, also after its end.
   *
   * @throws NotFollowedError, or the reason of the signal
   */
  async status(zoneId: string, taskId: string, { signal }: StatusOptions = {}): Promise<ProvisioningSnapshot> {
    signal?.throwIfAborted();
    const stop = stopOn(signal);
    try {
      const answer = this.client.withAbortSignal(stop.signal, () =>
        this.call(() => this.handle(zoneId, taskId).query<ProvisioningSnapshot>(QUERIES.status)),
      );
      // A call between two retries of the SDK does not end with its signal.
      return await Promise.race([answer, stop.aborted]);
    } catch (error) {
      signal?.throwIfAborted();
      if (isTimeout(error)) throw new NoAnswerError(CALL_DEADLINE_MS, { cause: error });
      throw error instanceof WorkflowNotFoundError ? new NotFollowedError(zoneId, taskId) : error;
    } finally {
      stop.release();
    }
  }

  /**
   * Lists follows, the latest first; each is the server's view, which may be a second old.
   *
   * @throws ServiceError when a {@link ListFilter.query} cannot be read
   */
  async *list(filter: ListFilter = {}): AsyncGenerator<ListedFollow> {
    const listed = this.client.workflow.list({ query: listQuery(filter, Date.now()) })[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.call(() => listed.next());
      if (next.done) return;
      const follow = toListedFollow(next.value);
      if (follow) yield follow;
    }
  }

  /** Asks the cloud now instead of at the next scheduled poll; a paused follow is polled once and stays paused. */
  async pollNow(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (handle) => handle.signal(SIGNALS.pollNow));
  }

  /** Tells a follow that its task has ended: it asks the cloud now to verify that, unless it is paused. */
  async taskChanged(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (handle) => handle.signal(SIGNALS.taskChanged));
  }

  /**
   * Stops the polling until {@link resume}; the deadline stands.
   *
   * @throws InvalidInputError naming every fault
   */
  async pause(zoneId: string, taskId: string, request: PauseRequest): Promise<void> {
    refuse(pauseFaults(request));
    await this.steer(zoneId, taskId, (handle) => handle.signal(SIGNALS.pause, request));
  }

  /** Lets a follow go on that is `Paused`, or `Blocked` and mended: it asks the cloud now. Else without effect. */
  async resume(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (handle) => handle.signal(SIGNALS.resume));
  }

  /** Asks the cloud now and answers the follow after that, or after its end; the check begins after this call. */
  async checkNow(zoneId: string, taskId: string, options: UpdateOptions = {}): Promise<ProvisioningSnapshot> {
    return this.update(zoneId, taskId, UPDATES.checkNow, undefined, { timeoutMs: CHECK_DEADLINE_MS, ...options });
  }

  /**
   * Changes the pace of a follow at once, also of the wait that it is in.
   *
   * @throws InvalidInputError naming every fault
   */
  async setPolling(
    zoneId: string,
    taskId: string,
    change: PollingChange,
    options?: UpdateOptions,
  ): Promise<ProvisioningSnapshot> {
    refuse(pollingChangeFaults(change));
    return this.update(zoneId, taskId, UPDATES.setPolling, change, options);
  }

  /**
   * Moves the deadline to a later instant.
   *
   * @throws InvalidInputError naming every fault
   */
  async extendDeadline(
    zoneId: string,
    taskId: string,
    extension: DeadlineExtension,
    options?: UpdateOptions,
  ): Promise<ProvisioningSnapshot> {
    refuse(deadlineExtensionFaults(extension, Date.now()));
    return this.update(zoneId, taskId, UPDATES.extendDeadline, extension, options);
  }

  /**
   * Declares the result instead of the cloud, which ends the follow as `Resolved`.
   *
   * @throws InvalidInputError naming every fault
   */
  async resolve(
    zoneId: string,
    taskId: string,
    request: ResolveRequest,
    options?: UpdateOptions,
  ): Promise<ProvisioningSnapshot> {
    refuse(resolveFaults(request));
    return this.update(zoneId, taskId, UPDATES.resolve, request, options);
  }

  /** Ends the follow as `Cancelled`; the cloud task goes on, since its API cannot stop it. */
  async cancel(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (handle) => handle.cancel());
  }

  /**
   * Waits until the follow ends. Any number of callers may wait, before, during and after the end; a wait that its own
   * timeout or signal ends stops nothing else.
   *
   * @throws NotFollowedError
   */
  async waitForOutcome(zoneId: string, taskId: string, options: WaitOptions = {}): Promise<WaitResult> {
    const stop = stopOn(options.signal, options.timeoutMs);
    const handle = this.handle(zoneId, taskId);
    try {
      if (stop.signal.aborted) return await this.stillWaiting(zoneId, taskId);
      return { kind: 'ended', outcome: await this.resultOf(handle, stop.signal) };
    } catch (error) {
      if (stop.signal.aborted) return await this.stillWaiting(zoneId, taskId);
      if (error instanceof WorkflowNotFoundError) throw new NotFollowedError(zoneId, taskId);
      if (error instanceof WorkflowFailedError) return await this.toWaitResult(error, handle);
      throw error;
    } finally {
      stop.release();
    }
  }

  /** The SDK leaves a listener on the signal for each of its calls, so a wait of days is made of shorter ones. */
  private async resultOf(handle: FollowHandle, signal: AbortSignal): Promise<ProvisioningOutcome> {
    for (;;) {
      const slice = stopOn(signal, WAIT_SLICE_MS);
      setMaxListeners(0, slice.signal);
      try {
        const result = this.client.withAbortSignal(slice.signal, () => handle.result());
        // A call between two retries of the SDK does not end with its signal.
        return await Promise.race([result, slice.aborted]);
      } catch (error) {
        if (signal.aborted || !slice.signal.aborted) throw error;
      } finally {
        slice.release();
      }
    }
  }

  private async start(input: FollowInput, workflowIdReusePolicy: WorkflowIdReusePolicy): Promise<Follow | undefined> {
    const { zoneId, taskId, requestedBy, note } = input;
    const id = workflowId(zoneId, taskId);
    const running = (await this.statusName(zoneId, taskId)) === 'RUNNING';
    try {
      const handle = await this.call(() =>
        this.client.workflow.start(FOLLOW_PROVISIONING_TASK, {
          workflowId: id,
          taskQueue: TASK_QUEUES.provisioning,
          args: [input],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
          workflowIdReusePolicy,
          staticSummary: summaryOf(input),
          staticDetails: runBookOf(input),
          memo: { ...(requestedBy !== undefined && { requestedBy }), ...(note !== undefined && { note }) },
        }),
      );
      return { workflowId: id, runId: handle.firstExecutionRunId, state: running ? 'attached' : 'started' };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  private async statusName(zoneId: string, taskId: string): Promise<string | undefined> {
    try {
      const { status } = await this.call(() => this.handle(zoneId, taskId).describe());
      return status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  private async toWaitResult(error: WorkflowFailedError, handle: FollowHandle): Promise<WaitResult> {
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      const outcome: unknown = cause.details?.[0];
      if (isOutcome(outcome)) return { kind: 'ended', outcome };
    }
    if (cause instanceof CancelledFailure) {
      const { memo } = await this.call(() => handle.describe());
      const outcome = memo?.[OUTCOME_MEMO];
      if (isOutcome(outcome)) return { kind: 'ended', outcome };
    }
    return { kind: 'stopped', reason: cause?.message ?? error.message };
  }

  /** The snapshot is a courtesy: without a worker to answer the query the wait still ends on time. */
  private async stillWaiting(zoneId: string, taskId: string): Promise<WaitResult> {
    const limit = stopOn(undefined, COURTESY_MS);
    try {
      const query = this.client.withDeadline(Date.now() + COURTESY_MS, () =>
        this.handle(zoneId, taskId).query<ProvisioningSnapshot>(QUERIES.status),
      );
      return { kind: 'waiting', snapshot: await Promise.race([query, limit.aborted]) };
    } catch {
      return { kind: 'waiting' };
    } finally {
      limit.release();
    }
  }

  private async update(
    zoneId: string,
    taskId: string,
    name: string,
    argument: object | undefined,
    { updateId = randomUUID(), timeoutMs = CALL_DEADLINE_MS }: UpdateOptions = {},
  ): Promise<ProvisioningSnapshot> {
    const options = { updateId };
    const send = (handle: FollowHandle): Promise<ProvisioningSnapshot> =>
      argument === undefined
        ? handle.executeUpdate<ProvisioningSnapshot, []>(name, options)
        : handle.executeUpdate<ProvisioningSnapshot, [object]>(name, { ...options, args: [argument] });
    const endMs = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await this.steer(zoneId, taskId, send, endMs - Date.now());
      } catch (error) {
        const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
        if (cause instanceof ApplicationFailure && cause.type === INVALID_INPUT_TYPE) {
          throw new InvalidInputError((cause.details ?? []).map(String));
        }
        if (isTimeout(error)) throw new NoAnswerError(timeoutMs, { cause: error });
        if (!isDropped(error) || Date.now() + RESEND_MS >= endMs) throw error;
        await delay(RESEND_MS);
      }
    }
  }

  private async steer<T>(
    zoneId: string,
    taskId: string,
    act: (handle: FollowHandle) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T> {
    try {
      return await this.call(() => act(this.handle(zoneId, taskId)), timeoutMs);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      // The server says the same of a workflow that is over.
      const isOver = (await this.statusName(zoneId, taskId)) !== undefined;
      throw isOver ? new FollowEndedError(zoneId, taskId) : new NotFollowedError(zoneId, taskId);
    }
  }

  private handle(zoneId: string, taskId: string): FollowHandle {
    return this.client.workflow.getHandle<FollowWorkflow>(workflowId(zoneId, taskId));
  }

  private call<T>(fn: () => Promise<T>, timeoutMs = CALL_DEADLINE_MS): Promise<T> {
    return this.client.withDeadline(Date.now() + timeoutMs, fn);
  }
}

type FollowWorkflow = (input: FollowInput) => Promise<ProvisioningOutcome>;
type FollowHandle = WorkflowHandle<FollowWorkflow>;

function isTimeout(error: unknown): boolean {
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(causeOf(error));
}

/** The server drops an update when an event comes between it and the end of the follow that it causes. */
function isDropped(error: unknown): boolean {
  const cause = causeOf(error);
  const dropped: number = grpcStatus.FAILED_PRECONDITION;
  return isGrpcServiceError(cause) && Number(cause.code) === dropped;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause ? error.cause : error;
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new InvalidInputError(faults);
}

function isOutcome(value: unknown): value is ProvisioningOutcome {
  return (
    typeof value === 'object' && value !== null && 'phase' in value && ENDINGS.some((ending) => ending === value.phase)
  );
}
