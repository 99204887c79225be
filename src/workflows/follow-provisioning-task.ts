import {
  ActivityCancellationType,
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancelledFailure,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  metricMeter,
  proxyActivities,
  setCurrentDetails,
  setHandler,
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
  INVALID_INPUT_TYPE,
  InvalidInputError,
  OUTCOME_MEMO,
  QUERIES,
  resolveFollowInput,
  SEARCH_ATTRIBUTES,
  SIGNALS,
  STATUS_CHECK_FAILURE_PREFIX,
  TASK_QUEUES,
  type CheckError,
  type FollowInput,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
  type ResolvedFollowInput,
} from '../contract';

import { describeForOperators } from './current-details';
import { BLOCKED_INTERVAL_SECONDS, intervalSeconds, nextPollAtMs, secondsAfterRefusal } from './poll-schedule';
import {
  applyCheck,
  checking,
  end,
  initialState,
  isEnded,
  newUnknownStatus,
  toOutcome,
  toSnapshot,
  type CheckResult,
  type TaskState,
} from './task-state';

/** What one run hands to the next. */
export interface Carried {
  state: TaskState;
  /** Epoch ms. */
  nextPollAtMs: number;
  pollNow: boolean;
}

const statusQuery = defineQuery<ProvisioningSnapshot>(QUERIES.status);
const pollNowSignal = defineSignal(SIGNALS.pollNow);
const resumeSignal = defineSignal(SIGNALS.resume);
const searchAttributeKeys = {
  zoneId: defineSearchAttributeKey(SEARCH_ATTRIBUTES.zoneId, SearchAttributeType.KEYWORD),
  taskId: defineSearchAttributeKey(SEARCH_ATTRIBUTES.taskId, SearchAttributeType.KEYWORD),
  phase: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase, SearchAttributeType.KEYWORD),
  errorCode: defineSearchAttributeKey(SEARCH_ATTRIBUTES.errorCode, SearchAttributeType.KEYWORD),
};

/**
 * Follows one cloud task until it is over: polls at once, then on the schedule, with one last poll at the deadline.
 *
 * @param input - see {@link FollowInput}
 * @param carried - set by continue-as-new only
 * @returns the outcome, with phase `Succeeded`
 * @throws ApplicationFailure of a type of `FAILURE_TYPES` with the outcome as its first detail, or of
 *   `INVALID_INPUT_TYPE` with the faults; CancelledFailure when cancelled, the outcome then being in the memo
 */
export async function followProvisioningTask(input: FollowInput, carried?: Carried): Promise<ProvisioningOutcome> {
  let state = carried?.state ?? initialState(resolveInput(input));
  let pollNow = carried?.pollNow ?? false;
  setHandler(statusQuery, () => toSnapshot(state), { description: 'The follow as it stands: phase, status, polls' });
  setHandler(
    pollNowSignal,
    () => {
      pollNow = true;
    },
    { description: 'Ask the cloud now instead of at the next scheduled poll' },
  );
  setHandler(
    resumeSignal,
    () => {
      if (state.phase === 'Blocked') pollNow = true;
    },
    { description: 'What blocked the follow is mended: ask the cloud now' },
  );

  const deadlineMs = Date.parse(state.deadlineAt);
  let published = publish(state, undefined);
  let nextAtMs = carried?.nextPollAtMs ?? nextPollAtMs(Date.now(), state.polling.initialDelaySeconds, deadlineMs);
  try {
    for (;;) {
      state = { ...state, nextPollAt: toInstant(nextAtMs) };
      published = publish(state, published);
      await waitUntil(nextAtMs, () => pollNow, state);
      pollNow = false; // before the poll: a signal during it asks for one more
      const last = Date.now() >= deadlineMs;
      const before = checking(state);
      state = before;
      published = publish(state, published);
      state = applyCheck(before, await checkStatus(before), toInstant(Date.now()));
      warnOfUnknownStatus(newUnknownStatus(before, state));
      if (last && !isEnded(state)) state = end(state, 'DeadlineExceeded', toInstant(Date.now()));
      if (isEnded(state)) break;
      nextAtMs = nextPollAtMs(Date.now(), waitSeconds(state), deadlineMs);
      if (workflowInfo().continueAsNewSuggested) {
        await condition(allHandlersFinished);
        await makeContinueAsNewFunc<typeof followProvisioningTask>()(input, {
          state,
          nextPollAtMs: nextAtMs,
          pollNow,
        });
      }
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    state = end(state, 'Cancelled', toInstant(Date.now()));
  }
  publish(state, published);
  return conclude(toOutcome(state));
}

function resolveInput(input: FollowInput): ResolvedFollowInput {
  try {
    // The start, not the present: a worker that was away until after the deadline still makes the last poll.
    return resolveFollowInput(input, workflowInfo().startTime.getTime());
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, INVALID_INPUT_TYPE, ...error.faults);
  }
}

async function waitUntil(atMs: number, interrupted: () => boolean, state: TaskState): Promise<void> {
  const ms = atMs - Date.now();
  if (ms <= 0) return;
  const why = state.phase === 'Blocked' ? 'blocked, next probe' : 'next poll';
  await condition(interrupted, ms, { summary: `${why} (#${state.polls + 1}) of ${state.taskId}` });
}

async function checkStatus({ zoneId, taskId, polls }: TaskState): Promise<CheckResult> {
  const { getProvisioningTaskStatus } = proxyActivities<Activities>({
    taskQueue: TASK_QUEUES.tencentOrganization,
    startToCloseTimeout: '20s',
    // One attempt: a failed check comes back here, is shown, and the schedule decides when to ask again.
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary: `poll #${polls + 1} of ${taskId}`,
  });
  try {
    return { answer: await getProvisioningTaskStatus({ zoneId, taskId }) };
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
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

const unknownStatuses = metricMeter.createCounter(
  'provisioning_unknown_statuses',
  undefined,
  'Statuses seen for the first time in a follow that the API does not document',
);

function warnOfUnknownStatus(status: string | undefined): void {
  if (status === undefined) return;
  log.warn('The cloud answered a status that its page does not name', { status });
  unknownStatuses.add(1);
}

function isCheckError(value: unknown): value is CheckError {
  const { code, message } = (value ?? {}) as Partial<Record<keyof CheckError, unknown>>;
  return typeof code === 'string' && typeof message === 'string';
}

function waitSeconds({ phase, polling, startedAt, taskId, polls, lastError }: TaskState): number {
  if (phase === 'Blocked') return Math.max(BLOCKED_INTERVAL_SECONDS, polling.minIntervalSeconds);
  const scheduled = intervalSeconds(polling, (Date.now() - Date.parse(startedAt)) / 1000, taskId, polls);
  const { retryAfterSeconds } = lastError ?? {};
  return retryAfterSeconds === undefined
    ? scheduled
    : secondsAfterRefusal(polling, scheduled, retryAfterSeconds, taskId, polls);
}

interface Published {
  phase: string;
  errorCode: string | undefined;
}

/** Shows the state to operators; each upsert is an event of the history, so only a change is written. */
function publish(state: TaskState, published: Published | undefined): Published {
  setCurrentDetails(describeForOperators(state));
  const current: Published = { phase: state.phase, errorCode: state.lastError?.code };
  const changed = published?.phase !== current.phase || published.errorCode !== current.errorCode;
  if (changed) {
    upsertSearchAttributes([
      ...(published
        ? []
        : [
            { key: searchAttributeKeys.zoneId, value: state.zoneId },
            { key: searchAttributeKeys.taskId, value: state.taskId },
          ]),
      { key: searchAttributeKeys.phase, value: current.phase },
      { key: searchAttributeKeys.errorCode, value: current.errorCode ?? null },
    ]);
  }
  return current;
}

function conclude(outcome: ProvisioningOutcome): ProvisioningOutcome {
  const { phase, message } = outcome;
  if (phase === 'Succeeded') return outcome;
  if (phase === 'Cancelled') {
    upsertMemo({ [OUTCOME_MEMO]: outcome });
    throw new CancelledFailure(message);
  }
  throw ApplicationFailure.create({ type: FAILURE_TYPES[phase], message, nonRetryable: true, details: [outcome] });
}

function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}
