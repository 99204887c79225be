import {
  ApplicationFailure,
  CancelledFailure,
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type WorkflowHandle,
} from '@temporalio/client';

import {
  ENDINGS,
  FOLLOW_PROVISIONING_TASK,
  followInputFaults,
  InvalidInputError,
  OUTCOME_MEMO,
  QUERIES,
  SIGNALS,
  TASK_QUEUES,
  workflowId,
  type FollowInput,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
} from './contract';

export * from './contract';

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

/** The task has no follow in this namespace. */
export class NotFollowedError extends Error {
  override readonly name = 'NotFollowedError';

  constructor(zoneId: string, taskId: string) {
    super(`Task ${taskId} of zone ${zoneId} is not followed in this namespace: start it with follow`);
  }
}

const CALL_DEADLINE_MS = 10_000;
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Endings by the cloud's word: following such a task again gives the recorded outcome. */
const FINAL_ENDINGS: readonly string[] = ['Succeeded', 'Failed', 'Vanished'];

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
    const faults = followInputFaults(input, Date.now());
    if (faults.length > 0) throw new InvalidInputError(faults);
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
      return await this.client.withAbortSignal(stop.signal, () =>
        this.steer(zoneId, taskId, (handle) => handle.query<ProvisioningSnapshot>(QUERIES.status)),
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      stop.release();
    }
  }

  /** Asks the cloud now instead of at the next scheduled poll. */
  async pollNow(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (handle) => handle.signal(SIGNALS.pollNow));
  }

  /** Tells a follow that is `Blocked` that what blocked it is mended: it asks the cloud now. Else without effect. */
  async resume(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (handle) => handle.signal(SIGNALS.resume));
  }

  /** Ends the follow as `Cancelled`; the cloud task goes on, since its API cannot stop it. */
  async cancel(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (handle) => handle.cancel());
  }

  /**
   * Waits until the follow ends. Any number of callers may wait, before, during and after the end.
   *
   * @throws NotFollowedError
   */
  async waitForOutcome(zoneId: string, taskId: string, options: WaitOptions = {}): Promise<WaitResult> {
    if (options.signal?.aborted) return this.stillWaiting(zoneId, taskId);
    const stop = stopOn(options.signal);
    const disarm = arm(options.timeoutMs, stop.now);
    const handle = this.handle(zoneId, taskId);
    try {
      const outcome = await this.client.withAbortSignal(stop.signal, () => handle.result());
      return { kind: 'ended', outcome };
    } catch (error) {
      if (stop.signal.aborted) return await this.stillWaiting(zoneId, taskId);
      if (error instanceof WorkflowNotFoundError) throw new NotFollowedError(zoneId, taskId);
      if (error instanceof WorkflowFailedError) return await this.toWaitResult(error, handle);
      throw error;
    } finally {
      disarm();
      stop.release();
    }
  }

  private async start(input: FollowInput, workflowIdReusePolicy: WorkflowIdReusePolicy): Promise<Follow | undefined> {
    const { zoneId, taskId, requestedBy, note } = input;
    const id = workflowId(zoneId, taskId);
    const running = await this.isRunning(zoneId, taskId);
    try {
      const handle = await this.call(() =>
        this.client.workflow.start(FOLLOW_PROVISIONING_TASK, {
          workflowId: id,
          taskQueue: TASK_QUEUES.provisioning,
          args: [input],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
          workflowIdReusePolicy,
          staticSummary: summaryOf(input),
          memo: { ...(requestedBy !== undefined && { requestedBy }), ...(note !== undefined && { note }) },
        }),
      );
      return { workflowId: id, runId: handle.firstExecutionRunId, state: running ? 'attached' : 'started' };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  private async isRunning(zoneId: string, taskId: string): Promise<boolean> {
    try {
      const { status } = await this.call(() => this.handle(zoneId, taskId).describe());
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
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
    try {
      const snapshot = await this.client.withDeadline(Date.now() + 1000, () =>
        this.handle(zoneId, taskId).query<ProvisioningSnapshot>(QUERIES.status),
      );
      return { kind: 'waiting', snapshot };
    } catch {
      return { kind: 'waiting' };
    }
  }

  private async steer<T>(zoneId: string, taskId: string, act: (handle: FollowHandle) => Promise<T>): Promise<T> {
    try {
      return await this.call(() => act(this.handle(zoneId, taskId)));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new NotFollowedError(zoneId, taskId);
      throw error;
    }
  }

  private handle(zoneId: string, taskId: string): FollowHandle {
    return this.client.workflow.getHandle<FollowWorkflow>(workflowId(zoneId, taskId));
  }

  private call<T>(fn: () => Promise<T>): Promise<T> {
    return this.client.withDeadline(Date.now() + CALL_DEADLINE_MS, fn);
  }
}

type FollowWorkflow = (input: FollowInput) => Promise<ProvisioningOutcome>;
type FollowHandle = WorkflowHandle<FollowWorkflow>;

function summaryOf({ zoneId, taskId, requestedBy }: FollowInput): string {
  const text = `zone ${zoneId} task ${taskId}${requestedBy === undefined ? '' : `, requested by ${requestedBy}`}`;
  // The server refuses a summary of more than 200 bytes.
  return Buffer.byteLength(text) <= 200 ? text : `${Buffer.from(text).subarray(0, 190).toString('utf8')}…`;
}

function isOutcome(value: unknown): value is ProvisioningOutcome {
  return (
    typeof value === 'object' && value !== null && 'phase' in value && ENDINGS.some((ending) => ending === value.phase)
  );
}

/** Makes a signal for one call that follows the caller's: the SDK would leave a listener on that for each call. */
function stopOn(outer: AbortSignal | undefined): { signal: AbortSignal; now: () => void; release: () => void } {
  const controller = new AbortController();
  const now = (): void => controller.abort();
  outer?.addEventListener('abort', now, { once: true });
  return { signal: controller.signal, now, release: () => outer?.removeEventListener('abort', now) };
}

/** Calls back after a time of any length: a single timer above 2^31-1 ms would fire at once. */
function arm(timeoutMs: number | undefined, fire: () => void): () => void {
  if (timeoutMs === undefined) return () => undefined;
  const endMs = Date.now() + timeoutMs;
  let timer: NodeJS.Timeout;
  const next = () => {
    const leftMs = endMs - Date.now();
    if (leftMs <= 0) fire();
    else timer = setTimeout(next, Math.min(leftMs, MAX_TIMER_MS));
  };
  timer = setTimeout(next, 0);
  return () => clearTimeout(timer);
}
