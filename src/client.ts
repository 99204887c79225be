import {
  ApplicationFailure,
  CancelledFailure,
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowFailedError,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';

import {
  isOutcome,
  FOLLOW_PROVISIONING_TASK,
  deadlineExtensionFaults,
  followInputFaults,
  OUTCOME_MEMO,
  pauseFaults,
  pollingChangeFaults,
  QUERIES,
  resolveFaults,
  SIGNALS,
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
import { CALL_DEADLINE_MS, refuse, TemporalCalls, type UpdateOptions, type WaitOptions } from './temporal-calls';

export * from './batch-client';
export * from './contract';
export type { ListedFollow, ListFilter } from './follow-list';
export { NoAnswerError, type UpdateOptions, type WaitOptions } from './temporal-calls';

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

/** The follow has ended, so that nothing can be asked of it. */
export class FollowEndedError extends Error {
  override readonly name = 'FollowEndedError';

  constructor(zoneId: string, taskId: string) {
    super(
      `The follow of task ${taskId} of zone ${zoneId} has ended already: see how with status. Unless the cloud or a person had the last word, follow starts it again`,
    );
  }
}

/** A check waits for the rate limit, and may last 20 s. */
const CHECK_DEADLINE_MS = 60_000;
/** Endings by the cloud's or a person's word: following such a task again gives the recorded outcome. */
const FINAL_ENDINGS: readonly string[] = ['Succeeded', 'Failed', 'Vanished', 'Resolved'];

/** Starts, inspects and steers follows; for any service with a Temporal client. */
export class ProvisioningClient {
  private readonly calls: TemporalCalls;

  /** @param client - connected to the worker's namespace */
  constructor(private readonly client: Client) {
    this.calls = new TemporalCalls(client);
  }

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
      const id = workflowId(zoneId, taskId);
      const { runId } = await this.calls.describe(id);
      return { workflowId: id, runId, state: 'ended' };
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
    try {
      return await this.calls.query<ProvisioningSnapshot>(workflowId(zoneId, taskId), QUERIES.status, [], signal);
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new NotFollowedError(zoneId, taskId) : error;
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
      const next = await this.calls.within(() => listed.next());
      if (next.done) return;
      const follow = toListedFollow(next.value);
      if (follow) yield follow;
    }
  }

  /** Asks the cloud now instead of at the next scheduled poll; a paused follow is polled once and stays paused. */
  async pollNow(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (id) => this.calls.signal(id, SIGNALS.pollNow));
  }

  /** Tells a follow that its task has ended: it asks the cloud now to verify that, unless it is paused. */
  async taskChanged(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (id) => this.calls.signal(id, SIGNALS.taskChanged));
  }

  /**
   * Stops the polling until {@link resume}; the deadline stands.
   *
   * @throws InvalidInputError naming every fault
   */
  async pause(zoneId: string, taskId: string, request: PauseRequest): Promise<void> {
    refuse(pauseFaults(request));
    await this.steer(zoneId, taskId, (id) => this.calls.signal(id, SIGNALS.pause, request));
  }

  /** Lets a follow go on that is `Paused`, or `Blocked` and mended: it asks the cloud now. Else without effect. */
  async resume(zoneId: string, taskId: string): Promise<void> {
    await this.steer(zoneId, taskId, (id) => this.calls.signal(id, SIGNALS.resume));
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
    await this.steer(zoneId, taskId, (id) => this.calls.cancel(id));
  }

  /**
   * Waits until the follow ends. Any number of callers may wait, before, during and after the end; a wait that its own
   * timeout or signal ends stops nothing else.
   *
   * @throws NotFollowedError
   */
  async waitForOutcome(zoneId: string, taskId: string, options: WaitOptions = {}): Promise<WaitResult> {
    const id = workflowId(zoneId, taskId);
    const wait = await this.calls
      .waitFor<ProvisioningOutcome, ProvisioningSnapshot>(id, QUERIES.status, options)
      .catch((error: unknown) => {
        throw error instanceof WorkflowNotFoundError ? new NotFollowedError(zoneId, taskId) : error;
      });
    switch (wait.kind) {
      case 'ended':
        return { kind: 'ended', outcome: wait.result };
      case 'waiting':
        return { kind: 'waiting', ...(wait.view && { snapshot: wait.view }) };
      case 'failed':
        return this.toWaitResult(wait.error, id);
    }
  }

  private async start(input: FollowInput, reusePolicy: WorkflowIdReusePolicy): Promise<Follow | undefined> {
    const id = workflowId(input.zoneId, input.taskId);
    const texts = { summary: summaryOf(input), details: runBookOf(input) };
    try {
      const started = await this.calls.start(FOLLOW_PROVISIONING_TASK, {
        workflowId: id,
        input,
        reusePolicy,
        ...texts,
      });
      return { workflowId: id, ...started };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  private async toWaitResult(error: WorkflowFailedError, id: string): Promise<WaitResult> {
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      const outcome: unknown = cause.details?.[0];
      if (isOutcome(outcome)) return { kind: 'ended', outcome };
    }
    if (cause instanceof CancelledFailure) {
      const { memo } = await this.calls.describe(id);
      const outcome = memo?.[OUTCOME_MEMO];
      if (isOutcome(outcome)) return { kind: 'ended', outcome };
    }
    return { kind: 'stopped', reason: cause?.message ?? error.message };
  }

  private update(
    zoneId: string,
    taskId: string,
    name: string,
    argument: object | undefined,
    options?: UpdateOptions,
  ): Promise<ProvisioningSnapshot> {
    return this.steer(zoneId, taskId, (id) => this.calls.update(id, name, argument, options));
  }

  private steer<T>(zoneId: string, taskId: string, act: (id: string) => Promise<T>): Promise<T> {
    const id = workflowId(zoneId, taskId);
    return this.calls.steer(
      id,
      () => act(id),
      (how) => (how === 'ended' ? new FollowEndedError(zoneId, taskId) : new NotFollowedError(zoneId, taskId)),
    );
  }
}
