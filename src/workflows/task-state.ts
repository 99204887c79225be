import {
  KNOWN_STATUSES,
  MAX_OBSERVATIONS,
  pollCount,
  type CheckError,
  type Ending,
  type ErrorClass,
  type Observation,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
  type ResolvedFollowInput,
  type TaskStatusAnswer,
} from '../contract';

/** State of one follow: plain JSON, carried through continue-as-new. */
export interface TaskState extends ProvisioningSnapshot {
  notFoundGraceSeconds: number;
  /** Answers "not found" in a row, and the instant of the first. */
  notFound?: Row;
  /** Errors in a row whose codes no list names, and the instant of the first. */
  unknownCodes?: Row;
  /** Statuses that the API's page does not name, the last {@link MAX_OBSERVATIONS} in the order of their first sight. */
  unknownStatuses?: string[];
}

/** Checks in a row that ended alike. */
interface Row {
  count: number;
  /** ISO 8601 in UTC. */
  since: string;
}

/** What one status check brought. */
export type CheckResult = { answer: TaskStatusAnswer } | FailedCheck;

interface FailedCheck {
  error: CheckError;
  errorClass: ErrorClass;
}

/** Polls in a row that must miss a task that was seen before, for it to count as vanished. */
const VANISHED_POLLS = 3;

/** So long, and so many times, an error is asked about again whose code no list names. */
const UNKNOWN_CODE_SECONDS = 1_800;
const UNKNOWN_CODE_POLLS = 3;

/** Returns the state of a follow that has not polled yet. */
export function initialState(input: ResolvedFollowInput): TaskState {
  const { zoneId, taskId, startedAt, deadlineAt, polling, notFoundGraceSeconds } = input;
  return {
    zoneId,
    taskId,
    phase: 'Polling',
    polls: 0,
    startedAt,
    deadlineAt,
    observations: [],
    polling,
    notFoundGraceSeconds,
  };
}

/**
 * Returns the state after one status check; its phase is an ending when the task is over. An ended state stays as it
 * is.
 *
 * @param at - instant of the result, ISO 8601 in UTC
 */
export function applyCheck(state: TaskState, result: CheckResult, at: string): TaskState {
  if (isEnded(state)) return state;
  const checked: TaskState = { ...checking(state), polls: state.polls + 1, lastPolledAt: at };
  return 'answer' in result ? applyAnswer(checked, result.answer, at) : applyError(checked, result, at);
}

/** Returns the state while a status check is out: no next poll is known. */
export function checking(state: TaskState): TaskState {
  const { nextPollAt: _, ...rest } = state;
  return rest;
}

/** Returns the state closed with an ending; nobody is asked to mend anything any more. */
export function end(state: TaskState, ending: Ending, at: string): TaskState {
  const { nextPollAt: _n, blockedBy: _b, ...rest } = state;
  return { ...rest, phase: ending, endedAt: at };
}

/** Tells whether the phase is an ending. */
export function isEnded(state: TaskState): boolean {
  return state.phase !== 'Polling' && state.phase !== 'Blocked';
}

/** Returns the unknown status that the later of two states saw for the first time. */
export function newUnknownStatus(before: TaskState, after: TaskState): string | undefined {
  return after.unknownStatuses === before.unknownStatuses ? undefined : after.unknownStatuses?.at(-1);
}

/** Returns the part of the state that callers see. */
export function toSnapshot(state: TaskState): ProvisioningSnapshot {
  const { notFoundGraceSeconds: _g, notFound: _n, unknownCodes: _c, unknownStatuses: _s, ...snapshot } = state;
  return snapshot;
}

/** Returns the outcome of an ended follow. */
export function toOutcome(state: TaskState): ProvisioningOutcome {
  const snapshot = toSnapshot(state);
  const phase = snapshot.phase as Ending;
  return { ...snapshot, phase, message: endingMessage(state, phase) };
}

function applyAnswer(state: TaskState, answer: TaskStatusAnswer, at: string): TaskState {
  const {
    degradedBy: _degraded,
    blockedBy: _blocked,
    lastError: _error,
    notFound: _missing,
    unknownCodes: _codes,
    failureReason: _reason,
    answeredTaskId: _id,
    ...rest
  } = state;
  const { status, taskId, taskType, failureReason, requestId } = answer;
  const next: TaskState = {
    ...rest,
    phase: 'Polling',
    status,
    statusSeenAt: at,
    ...(taskId !== undefined && taskId !== state.taskId && { answeredTaskId: taskId }),
    ...(taskType !== undefined && { taskType }),
    ...(failureReason !== undefined && { failureReason }),
    ...(requestId !== undefined && { lastRequestId: requestId }),
    observations: observe(state.observations, { at, status, ...(requestId !== undefined && { requestId }) }),
  };
  if (status === 'Success') return end(next, 'Succeeded', at);
  if (status === 'Failed') return end(next, 'Failed', at);
  const { unknownStatuses = [] } = state;
  if (isKnown(status) || unknownStatuses.includes(status)) return next;
  return { ...next, unknownStatuses: [...unknownStatuses, status].slice(-MAX_OBSERVATIONS) };
}

function isKnown(status: string): boolean {
  return KNOWN_STATUSES.some((known) => known === status);
}

function applyError(state: TaskState, { error, errorClass }: FailedCheck, at: string): TaskState {
  const { degradedBy, blockedBy, notFound, unknownCodes, ...rest } = state;
  const { code: errorCode, requestId } = error;
  const next: TaskState = {
    ...rest,
    // An error of another kind proves nothing about the task: a row of "not found" goes on.
    ...(notFound && { notFound }),
    phase: 'Polling',
    lastError: error,
    ...(requestId !== undefined && { lastRequestId: requestId }),
    observations: observe(state.observations, { at, errorCode, ...(requestId !== undefined && { requestId }) }),
  };
  const riddenOut = {
    degradedBy: { ...error, ...longer(degradedBy, at) },
    // Nor does it prove that what a person must mend is mended.
    ...(blockedBy && { phase: 'Blocked' as const, blockedBy }),
  };
  switch (errorClass) {
    case 'permanent':
      return end(next, 'Rejected', at);
    case 'needsPerson':
    case 'healing':
      return { ...next, phase: 'Blocked', blockedBy: { ...error, since: blockedBy?.since ?? at } };
    case 'notFound':
      return applyNotFound({ ...next, notFound: longer(notFound, at) }, at);
    case 'unknown':
      return applyUnknownCode({ ...next, ...riddenOut, unknownCodes: longer(unknownCodes, at) }, at);
    case 'transient':
    case 'throttled':
      return { ...next, ...riddenOut };
  }
}

function longer(row: Row | undefined, at: string): Row {
  return { count: (row?.count ?? 0) + 1, since: row?.since ?? at };
}

function applyUnknownCode(state: TaskState & { unknownCodes: Row }, at: string): TaskState {
  const { count, since } = state.unknownCodes;
  const isOver = count >= UNKNOWN_CODE_POLLS && secondsBetween(since, at) >= UNKNOWN_CODE_SECONDS;
  return isOver ? end(state, 'Rejected', at) : state;
}

function applyNotFound(state: TaskState & { notFound: Row }, at: string): TaskState {
  const { notFoundGraceSeconds: grace, startedAt } = state;
  if (state.status === undefined) return secondsBetween(startedAt, at) >= grace ? end(state, 'NotFound', at) : state;
  const { count, since } = state.notFound;
  const isGone = count >= VANISHED_POLLS && secondsBetween(since, at) >= grace;
  return isGone ? end(state, 'Vanished', at) : state;
}

function secondsBetween(since: string, until: string): number {
  return (Date.parse(until) - Date.parse(since)) / 1000;
}

function observe(observations: readonly Observation[], seen: Observation): Observation[] {
  const last = observations.at(-1);
  if (last && last.status === seen.status && last.errorCode === seen.errorCode) return [...observations];
  return [...observations, seen].slice(-MAX_OBSERVATIONS);
}

function endingMessage(state: TaskState, ending: Ending): string {
  const task = `Task ${state.taskId} of zone ${state.zoneId}`;
  const error = state.lastError && describeError(state.lastError);
  const lastStatus =
    state.status === undefined
      ? 'no status was ever seen'
      : `last status ${state.status}, seen at ${state.statusSeenAt}`;
  switch (ending) {
    case 'Succeeded':
      return `${task} succeeded after ${pollCount(state.polls)}`;
    case 'Failed':
      return `${task} failed: ${state.failureReason === undefined || state.failureReason === '' ? 'the cloud gave no reason' : state.failureReason}`;
    case 'NotFound':
      return `${task} is unknown to the cloud, also after the grace of ${state.notFoundGraceSeconds} s: check zone, task id and account`;
    case 'Vanished':
      return `${task} is no longer known to the cloud (${lastStatus}): its result is not known`;
    case 'Rejected':
      return `${task} cannot be followed: ${error ?? 'permanent error'}${adviceOf(state)}`;
    case 'DeadlineExceeded':
      return `${task} was not over at its deadline ${state.deadlineAt} after ${pollCount(state.polls)}: ${lastStatus}${error === undefined ? '' : `, last error ${error}`}; the cloud task goes on`;
    case 'Cancelled':
      return `The follow of task ${state.taskId} of zone ${state.zoneId} was cancelled, ${lastStatus}; the cloud task itself goes on, since its API cannot stop it`;
  }
}

function describeError({ code, message, requestId, retryAfterSeconds }: CheckError): string {
  const notes = [
    requestId !== undefined && `request id ${requestId}`,
    retryAfterSeconds !== undefined && `no call wanted for ${retryAfterSeconds} s`,
  ].filter((note) => typeof note === 'string');
  return `${code}: ${message}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

function adviceOf({ lastError }: TaskState): string {
  return lastError?.advice === undefined ? '' : `. ${lastError.advice}`;
}
