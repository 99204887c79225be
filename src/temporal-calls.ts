import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { status as grpcStatus } from '@grpc/grpc-js';
import {
  ApplicationFailure,
  type Client,
  isGrpcDeadlineError,
  isGrpcServiceError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowIdConflictPolicy,
  type WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

import { INVALID_INPUT_TYPE, InvalidInputError, TASK_QUEUES } from './contract';
import { stopOn } from './waiting';

/** Options of a wait: each ends only this wait. */
export interface WaitOptions {
  /** Milliseconds. Default: no limit. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Options of an update. */
export interface UpdateOptions {
  /** An update that is sent again under the same id acts once. Default: a new id for each call. */
  updateId?: string;
  /** Milliseconds to wait for the answer. Default 10 s. */
  timeoutMs?: number;
}

/** How a workflow is started. */
export interface StartRequest {
  workflowId: string;
  input: { requestedBy?: string; note?: string };
  reusePolicy: WorkflowIdReusePolicy;
  /** Longest time of one workflow task. Default: the server's 10 s. */
  taskSeconds?: number;
  /** One line that tells it from others in the Temporal UI. */
  summary: string;
  /** In Markdown. */
  details?: string;
}

/** What a wait brought: the result, the failure that closed the workflow, or its own end. */
export type Wait<Result, View> =
  | { kind: 'ended'; result: Result }
  | { kind: 'failed'; error: WorkflowFailedError }
  /** `view` is what the query answered; absent when no worker did at once. */
  | { kind: 'waiting'; view?: View };

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

/** Milliseconds for a call that needs no thought. */
export const CALL_DEADLINE_MS = 10_000;
const WAIT_SLICE_MS = 600_000;
const COURTESY_MS = 1_000;
const RESEND_MS = 100;

/** Calls workflows by their ids, each call with a deadline. Where the server knows none, they throw `WorkflowNotFoundError`. */
export class TemporalCalls {
  /** @param client - connected to the worker's namespace */
  constructor(private readonly client: Client) {}

  /** Ends a call of the Temporal client after a time. */
  within<T>(fn: () => Promise<T>, timeoutMs = CALL_DEADLINE_MS): Promise<T> {
    return this.client.withDeadline(Date.now() + timeoutMs, fn);
  }

  /**
   * Starts a workflow, or attaches to the one that runs under its id.
   *
   * @returns the first run of the chain
   * @throws WorkflowExecutionAlreadyStartedError when one has ended under the id and the policy rejects another
   */
  async start(type: string, request: StartRequest): Promise<{ runId: string; state: 'started' | 'attached' }> {
    const { workflowId, input, reusePolicy, summary, details, taskSeconds } = request;
    const { requestedBy, note } = input;
    const isRunning = (await this.statusName(workflowId)) === 'RUNNING';
    const handle = await this.within(() =>
      this.client.workflow.start(type, {
        workflowId,
        taskQueue: TASK_QUEUES.provisioning,
        args: [input],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        workflowIdReusePolicy: reusePolicy,
        staticSummary: summary,
        ...(details !== undefined && { staticDetails: details }),
        ...(taskSeconds !== undefined && { workflowTaskTimeout: taskSeconds * 1000 }),
        memo: { ...(requestedBy !== undefined && { requestedBy }), ...(note !== undefined && { note }) },
      }),
    );
    return { runId: handle.firstExecutionRunId, state: isRunning ? 'attached' : 'started' };
  }

  /** Names how the server sees a workflow, e.g. `RUNNING`; undefined when it knows none of this id. */
  async statusName(workflowId: string): Promise<string | undefined> {
    try {
      return (await this.describe(workflowId)).status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** Describes the last run of a workflow. */
  describe(workflowId: string): Promise<WorkflowExecutionDescription> {
    return this.within(() => this.client.workflow.getHandle(workflowId).describe());
  }

  /** Sends a signal. */
  signal(workflowId: string, name: string, argument?: object): Promise<void> {
    const args = argument === undefined ? [] : [argument];
    return this.within(() => this.client.workflow.getHandle(workflowId).signal<object[]>(name, ...args));
  }

  /** Asks a workflow to end. */
  async cancel(workflowId: string): Promise<void> {
    await this.within(() => this.client.workflow.getHandle(workflowId).cancel());
  }

  /**
   * Does something to a running workflow.
   *
   * @param gone - what is thrown when it has ended already, or never began
   */
  async steer<T>(workflowId: string, act: () => Promise<T>, gone: (how: 'ended' | 'unknown') => Error): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      // The server says the same of a workflow that is over.
      throw gone((await this.statusName(workflowId)) === undefined ? 'unknown' : 'ended');
    }
  }

  /**
   * Asks a query.
   *
   * @param signal - ends the question, which a workflow without a worker leaves open for 10 s
   * @throws NoAnswerError, or the reason of the signal
   */
  async query<T>(workflowId: string, name: string, args: object[] = [], signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const stop = stopOn(signal);
    try {
      const answer = this.client.withAbortSignal(stop.signal, () =>
        this.within(() => this.client.workflow.getHandle(workflowId).query<T, object[]>(name, ...args)),
      );
      // A call between two retries of the SDK does not end with its signal.
      return await Promise.race([answer, stop.aborted]);
    } catch (error) {
      signal?.throwIfAborted();
      throw isTimeout(error) ? new NoAnswerError(CALL_DEADLINE_MS, { cause: error }) : error;
    } finally {
      stop.release();
    }
  }

  /**
   * Sends an update until it is answered.
   *
   * @throws InvalidInputError when the workflow refuses it, NoAnswerError
   */
  async update<T>(
    workflowId: string,
    name: string,
    argument: object | undefined,
    { updateId = randomUUID(), timeoutMs = CALL_DEADLINE_MS }: UpdateOptions = {},
  ): Promise<T> {
    const handle = this.client.workflow.getHandle(workflowId);
    const send = (): Promise<T> =>
      argument === undefined
        ? handle.executeUpdate<T, []>(name, { updateId })
        : handle.executeUpdate<T, [object]>(name, { updateId, args: [argument] });
    const endMs = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await this.within(send, endMs - Date.now());
      } catch (error) {
        const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
        if (isInvalidInput(cause)) throw new InvalidInputError(faultsOf(cause));
        if (isTimeout(error)) throw new NoAnswerError(timeoutMs, { cause: error });
        if (!isDropped(error) || Date.now() + RESEND_MS >= endMs) throw error;
        await delay(RESEND_MS);
      }
    }
  }

  /**
   * Waits until a workflow closes. Any number of callers may wait; a wait that its own timeout or signal ends stops
   * nothing else.
   *
   * @param query - asked when the wait ends before the workflow
   */
  async waitFor<Result, View>(workflowId: string, query: string, options: WaitOptions): Promise<Wait<Result, View>> {
    const stop = stopOn(options.signal, options.timeoutMs);
    try {
      if (stop.signal.aborted) return await this.stillWaiting(workflowId, query);
      return { kind: 'ended', result: await this.resultOf(workflowId, stop.signal) };
    } catch (error) {
      if (stop.signal.aborted) return await this.stillWaiting(workflowId, query);
      if (error instanceof WorkflowFailedError) return { kind: 'failed', error };
      throw error;
    } finally {
      stop.release();
    }
  }

  /** The SDK leaves a listener on the signal for each of its calls, so a wait of days is made of shorter ones. */
  private async resultOf<Result>(workflowId: string, signal: AbortSignal): Promise<Result> {
    const handle = this.client.workflow.getHandle<() => Promise<Result>>(workflowId);
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

  /** The view is a courtesy: without a worker to answer the query the wait still ends on time. */
  private async stillWaiting<View>(workflowId: string, name: string): Promise<{ kind: 'waiting'; view?: View }> {
    const limit = stopOn(undefined, COURTESY_MS);
    try {
      const query = this.within(() => this.client.workflow.getHandle(workflowId).query<View>(name), COURTESY_MS);
      return { kind: 'waiting', view: await Promise.race([query, limit.aborted]) };
    } catch {
      return { kind: 'waiting' };
    } finally {
      limit.release();
    }
  }
}

/** Throws every fault at once, when there is any. */
export function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new InvalidInputError(faults);
}

/** Tells whether a workflow or an update has refused its input. */
export function isInvalidInput(error: unknown): error is ApplicationFailure {
  return error instanceof ApplicationFailure && error.type === INVALID_INPUT_TYPE;
}

/** Lists the faults that {@link isInvalidInput | a refusal} tells. */
export function faultsOf(refusal: ApplicationFailure): string[] {
  return (refusal.details ?? []).map(String);
}

function isTimeout(error: unknown): boolean {
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(causeOf(error));
}

/** The server drops an update when an event comes between it and the end of the workflow that it causes. */
function isDropped(error: unknown): boolean {
  const cause = causeOf(error);
  const dropped: number = grpcStatus.FAILED_PRECONDITION;
  return isGrpcServiceError(cause) && Number(cause.code) === dropped;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause ? error.cause : error;
}
