import {
  ActivityCancellationType,
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  TimeoutFailure,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import type { Activities } from '../activities';
import {
  ERROR_CLASSES,
  FAILURE_TYPES,
  InvalidInputError,
  OUTCOME_MEMO,
  resolveFollowInput,
  SEARCH_ATTRIBUTES,
  STATUS_CHECK_FAILURE_PREFIX,
  TASK_QUEUES,
  type FollowInput,
  type ProvisioningOutcome,
  type ResolvedFollowInput,
} from '../contract';

import { isCheckError } from './check-error';
import { fairnessKey } from './fairness-key';
import { describeForOperators } from './current-details';
import { inputFailure } from './input-failure';
import { handleMessages, type Follow } from './messages';
import { metrics } from './metrics';
import { nextPollAtMs } from './next-poll';
import { now } from './now';
import { toOutcome, toSnapshot } from './snapshot';
import {
  applyCheck,
  checking,
  detectionDelaySeconds,
  end,
  initialState,
  isEnded,
  newUnknownStatus,
  withdrawn,
  type CheckResult,
  type TaskState,
} from './task-state';

/** What one run hands to the next. */
export interface Carried extends Follow {
  /** What the search attributes say; empty before the first upsert. */
  published: { phase?: string; errorCode?: string };
}

/** Events of a run after which the next begins: early enough that a flood of messages still fits below 4,096. */
const EVENTS_OF_A_RUN = 3_500;
/**
 * A run that is older than this does not stay on a version of the worker that gets no new follows. Most follows are over
 * before, and end where they began; a run also moves no more often than this, wherever a person has pinned it.
 */
const MAX_AGE_ON_OLD_VERSION_MS = 3_600_000;

/** The server hands out lower numbers first; 3 is its default. */
const PRIORITY = { urgent: 1, scheduled: 3 };

const searchAttributeKeys = {
  zoneId: defineSearchAttributeKey(SEARCH_ATTRIBUTES.zoneId, SearchAttributeType.KEYWORD),
  taskId: defineSearchAttributeKey(SEARCH_ATTRIBUTES.taskId, SearchAttributeType.KEYWORD),
  startedAt: defineSearchAttributeKey(SEARCH_ATTRIBUTES.startedAt, SearchAttributeType.DATETIME),
  phase: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase, SearchAttributeType.KEYWORD),
  phaseSince: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phaseSince, SearchAttributeType.DATETIME),
  errorCode: defineSearchAttributeKey(SEARCH_ATTRIBUTES.errorCode, SearchAttributeType.KEYWORD),
};

/**
 * Follows one cloud task until it is over: polls at once, then on the schedule, with one last poll at the deadline.
 * Signals, updates and the query are those of `SIGNALS`, `UPDATES` and `QUERIES`.
 *
 * @param input - see {@link FollowInput}
 * @param carried - set by continue-as-new only
 * @returns the outcome, with phase `Succeeded`, or `Resolved` when a person declared success
 * @throws ApplicationFailure of a type of `FAILURE_TYPES` with the outcome as its first detail, or of
 *   `INVALID_INPUT_TYPE` with the faults; CancelledFailure when cancelled, the outcome then being in the memo
 */
export async function followProvisioningTask(input: FollowInput, carried?: Carried): Promise<ProvisioningOutcome> {
  const follow = carried ?? begin(input);
  const show = (): void => setCurrentDetails(describeForOperators(toSnapshot(follow.state), input, now()));
  const publish = (): void => {
    show();
    upsertChanges(follow);
  };
  handleMessages(follow, show);
  try {
    while (!isEnded(follow.state)) {
      publish();
      if (mayContinueAsNew()) await continueAsNew(input, follow);
      if (await isPollDue(follow)) await poll(follow, publish);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    follow.state = end(follow.state, 'Cancelled', now());
  }
  publish();
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  const outcome = toOutcome(follow.state);
  metrics.followEnded(outcome.phase);
  const { phase, polls, lastRequestId: requestId } = follow.state;
  log.info('The follow has ended', { phase, polls, ...(requestId !== undefined && { requestId }) });
  return conclude(outcome);
}

function begin(input: FollowInput): Carried {
  const { memo } = workflowInfo();
  const state = initialState(resolveInput(input), Date.now());
  const { requestedBy, note } = input;
  // A start from another language or the UI may have left it out.
  const missing = Object.entries({ requestedBy, note }).filter(([key, value]) => value !== undefined && !memo?.[key]);
  if (missing.length > 0) upsertMemo(Object.fromEntries(missing));
  return { state, pollWanted: false, handledUpdates: [], published: {} };
}

function mayContinueAsNew(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  const isDue = continueAsNewSuggested || historyLength >= EVENTS_OF_A_RUN || isTooOldForItsVersion();
  // A handler that waits for a poll cannot be carried: the poll comes first.
  return isDue && allHandlersFinished();
}

function isTooOldForItsVersion(): boolean {
  const { targetWorkerDeploymentVersionChanged, runStartTime } = workflowInfo();
  return targetWorkerDeploymentVersionChanged && Date.now() - runStartTime.getTime() >= MAX_AGE_ON_OLD_VERSION_MS;
}

async function continueAsNew(input: FollowInput, carried: Carried): Promise<never> {
  const { memo } = workflowInfo();
  return makeContinueAsNewFunc<typeof followProvisioningTask>({
    ...(memo && { memo }),
    // Of a versioned worker: the next run begins on the current version, and is pinned there.
    initialVersioningBehavior: 'AUTO_UPGRADE',
  })(input, carried);
}

/** Waits for the next poll, or until a message changes what to do next. */
async function isPollDue(follow: Follow): Promise<boolean> {
  const { phase, polls, taskId } = follow.state;
  const dueMs = nextPollAtMs(follow.state);
  const waitMs = dueMs - Date.now();
  if (follow.pollWanted || waitMs <= 0) return true;
  const isChanged = (): boolean =>
    follow.pollWanted || follow.state.phase !== phase || nextPollAtMs(follow.state) !== dueMs || mayContinueAsNew();
  await condition(isChanged, waitMs, { summary: `${WAITS[phase] ?? 'next poll'} (#${polls + 1}) of ${taskId}` });
  return false;
}

const WAITS: Partial<Record<TaskState['phase'], string>> = {
  Blocked: 'blocked, next probe',
  Paused: 'paused, last poll at the deadline',
};

async function poll(follow: Follow, publish: () => void): Promise<void> {
  const begunMs = Date.now();
  const isUrgent = follow.pollWanted || begunMs >= Date.parse(follow.state.deadlineAt);
  // Before the poll: what comes during it asks for one more.
  follow.pollWanted = false;
  follow.state = checking(follow.state);
  publish();
  const scope = new CancellationScope();
  let result: CheckResult | 'withdrawn' | undefined;
  void scope.run(async () => {
    result = await checkStatus(follow.state, isUrgent);
  });
  const isOver = (): boolean => result !== undefined || isEnded(follow.state);
  try {
    await condition(() => isOver() || (follow.pollWanted && !isUrgent));
    // It may wait in the queue for long, and the next poll passes those that do. A call that has begun is waited for.
    scope.cancel();
    await condition(isOver);
  } finally {
    // An answer that came together with a cancel counts.
    if (result) take(follow, result, begunMs);
  }
}

function take(follow: Follow, result: CheckResult | 'withdrawn', begunMs: number): void {
  const before = follow.state;
  if (result === 'withdrawn') {
    follow.state = withdrawn(before);
    return;
  }
  follow.state = applyCheck(before, result, now());
  const delaySeconds = detectionDelaySeconds(before, follow.state);
  if (delaySeconds !== undefined) metrics.endDetected(delaySeconds);
  warnOfUnknownStatus(newUnknownStatus(before, follow.state));
  const isLast = begunMs >= Date.parse(follow.state.deadlineAt);
  if (isLast) follow.state = end(follow.state, 'DeadlineExceeded', now());
}

function resolveInput(input: FollowInput): ResolvedFollowInput {
  try {
    // The start, not the present: a worker that was away until after the deadline still makes the last poll.
    return resolveFollowInput(input, workflowInfo().startTime.getTime());
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw inputFailure(error.faults);
  }
}

async function checkStatus(
  { zoneId, taskId, polls }: TaskState,
  isUrgent: boolean,
): Promise<CheckResult | 'withdrawn'> {
  const { getProvisioningTaskStatus } = proxyActivities<Activities>({
    taskQueue: TASK_QUEUES.tencentOrganization,
    startToCloseTimeout: '20s',
    // One attempt: a failed check comes back here, is shown, and the schedule decides when to ask again.
    retry: { maximumAttempts: 1 },
    // Tells a check that still waited in the queue from one whose call had begun.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: `poll #${polls + 1} of ${taskId}`,
    // Zones take turns, so that one with ten thousand follows does not starve one with ten.
    priority: { priorityKey: isUrgent ? PRIORITY.urgent : PRIORITY.scheduled, fairnessKey: fairnessKey(zoneId) },
  });
  try {
    return { answer: await getProvisioningTaskStatus({ zoneId, taskId }) };
  } catch (error) {
    if (isCancellation(error)) return 'withdrawn';
    if (!(error instanceof ActivityFailure)) throw error;
    return toCheckResult(error.cause);
  }
}

function toCheckResult(cause: Error | undefined): CheckResult {
  if (cause instanceof ApplicationFailure) {
    const errorClass = ERROR_CLASSES.find((name) => cause.type === STATUS_CHECK_FAILURE_PREFIX + name);
    const error: unknown = cause.details?.[0];
    if (errorClass && isCheckError(error)) return { error, errorClass };
  }
  const message =
    cause instanceof TimeoutFailure
      ? 'the worker gave no answer within 20 s: it may have been stopped in mid-call'
      : (cause?.message ?? 'unknown error');
  return { error: { code: 'ClientError.StatusCheckLost', message }, errorClass: 'transient' };
}

function warnOfUnknownStatus(status: string | undefined): void {
  if (status === undefined) return;
  log.warn('The cloud answered a status that its page does not name', { status });
  metrics.unknownStatusSeen();
}

/** Writes what changed to the search attributes; each upsert is an event of the history. */
function upsertChanges(follow: Carried): void {
  const { state, published } = follow;
  const { phase, lastError } = state;
  const errorCode = lastError?.code;
  if (published.phase === phase && published.errorCode === errorCode) return;
  const isFirst = published.phase === undefined;
  upsertSearchAttributes([
    ...(isFirst
      ? [
          { key: searchAttributeKeys.zoneId, value: state.zoneId },
          { key: searchAttributeKeys.taskId, value: state.taskId },
          { key: searchAttributeKeys.startedAt, value: new Date(state.startedAt) },
        ]
      : []),
    { key: searchAttributeKeys.phase, value: phase },
    ...(published.phase === phase ? [] : [{ key: searchAttributeKeys.phaseSince, value: new Date(Date.now()) }]),
    { key: searchAttributeKeys.errorCode, value: errorCode ?? null },
  ]);
  follow.published = { phase, ...(errorCode !== undefined && { errorCode }) };
}

function conclude(outcome: ProvisioningOutcome): ProvisioningOutcome {
  const { phase, message, resolution } = outcome;
  if (phase === 'Succeeded' || resolution?.outcome === 'Succeeded') return outcome;
  if (phase === 'Cancelled') {
    upsertMemo({ [OUTCOME_MEMO]: outcome });
    throw new CancelledFailure(message);
  }
  const type = FAILURE_TYPES[phase];
  const failure = ApplicationFailure.create({ type, message, nonRetryable: true, details: [outcome] });
  // It tells nothing of the task, and stands before the outcome in the UI.
  failure.stack = '';
  throw failure;
}
