import {
  KNOWN_STATUSES,
  MAX_OBSERVATIONS,
  extendedDeadlineMs,
  withPolling,
  type CheckError,
  type DeadlineExtension,
  type Ending,
  type ErrorClass,
  type LivePhase,
  type MessageName,
  type Observation,
  type PollingChange,
  type ProvisioningSnapshot,
  type ResolvedFollowInput,
  type ResolveRequest,
  type TaskStatusAnswer,
} from '../contract';

/** State of one follow: plain JSON, carried through continue-as-new. */
export interface TaskState extends Omit<ProvisioningSnapshot, 'nextPollAt'> {
  notFoundGraceSeconds: number;
  /** When the first poll is due: after the initial delay. */
  firstPollDueAt: string;
  /** A status check is out. */
  isChecking?: true;
  /** Status checks that gave way to another before their call. */
  withdrawnChecks?: number;
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

/**
 * Returns the state of a follow that has not polled yet.
 *
 * @param nowMs - the present in epoch ms, from which the initial delay counts
 */
export function initialState(input: ResolvedFollowInput, nowMs: number): TaskState {
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
    messages: {},
    notFoundGraceSeconds,
    firstPollDueAt: toInstant(nowMs + polling.initialDelaySeconds * 1000),
  };
}

/** Returns the state while a status check is out. */
export function checking(state: TaskState): TaskState {
  return isEnded(state) ? state : { ...state, isChecking: true };
}

/** Returns the state after a status check that was withdrawn before its call. */
export function withdrawn({ isChecking: _, withdrawnChecks = 0, ...state }: TaskState): TaskState {
  return { ...state, withdrawnChecks: withdrawnChecks + 1 };
}

/** Counts the status checks that are over, those that were withdrawn among them. */
export function endedChecks({ polls, withdrawnChecks = 0 }: TaskState): number {
  return polls + withdrawnChecks;
}

/**
 * Returns the state after one status check; its phase is an ending when the task is over. An ended state stays as it
 * is.
 *
 * @param at - instant of the result, ISO 8601 in UTC
 */
export function applyCheck(state: TaskState, result: CheckResult, at: string): TaskState {
  if (isEnded(state)) return state;
  const { isChecking: _, ...rest } = state;
  const checked = { firstPolledAt: at, ...rest, polls: state.polls + 1, lastPolledAt: at };
  const next = 'answer' in result ? applyAnswer(checked, result.answer, at) : applyError(checked, result, at);
  return isEnded(next) ? { ...next, endedWhile: livePhase(state) } : { ...next, phase: livePhase(next) };
}

/** Returns the state after `pause`; a later reason takes the place of an earlier one. */
export function pause(state: TaskState, reason: string, at: string): TaskState {
  if (isEnded(state)) return state;
  return { ...state, phase: 'Paused', pausedReason: reason, pausedAt: state.pausedAt ?? at };
}

/** Returns the state after `resume`. */
export function resume(state: TaskState): TaskState {
  if (isEnded(state)) return state;
  const { pausedReason: _reason, pausedAt: _at, ...rest } = state;
  return { ...rest, phase: livePhase(rest) };
}

/** Returns the state after a checked `setPolling`. */
export function setPolling(state: TaskState, change: PollingChange): TaskState {
  if (isEnded(state)) return state;
  return { ...state, polling: withPolling(state.polling, change) };
}

/** Returns the state after a checked `extendDeadline`. */
export function extendDeadline(state: TaskState, extension: DeadlineExtension): TaskState {
  if (isEnded(state)) return state;
  return { ...state, deadlineAt: toInstant(extendedDeadlineMs(extension, Date.parse(state.deadlineAt))) };
}

/** Returns the state closed by a person's word. An ended state stays as it is. */
export function resolve(state: TaskState, { outcome, reason, by }: ResolveRequest, at: string): TaskState {
  if (isEnded(state)) return state;
  return end({ ...state, resolution: { outcome, reason, by, at } }, 'Resolved', at);
}

/** Returns the state after a message, which is counted, also when it is the one that ended the follow. */
export function countMessage(state: TaskState, name: MessageName): TaskState {
  return { ...state, messages: { ...state.messages, [name]: (state.messages[name] ?? 0) + 1 } };
}

/** Returns the state closed with an ending; nobody is asked to mend anything any more. An ended state stays as it is. */
export function end(state: TaskState, ending: Ending, at: string): TaskState {
  if (isEnded(state)) return state;
  const { isChecking: _c, blockedBy: _b, ...rest } = state;
  return { ...rest, phase: ending, endedAt: at, endedWhile: livePhase(state) };
}

/** Tells whether the phase is an ending. */
export function isEnded({ endedAt }: TaskState): boolean {
  return endedAt !== undefined;
}

/** Returns the unknown status that the later of two states saw for the first time. */
export function newUnknownStatus(before: TaskState, after: TaskState): string | undefined {
  return after.unknownStatuses === before.unknownStatuses ? undefined : after.unknownStatuses?.at(-1);
}

/**
 * Returns how long at most the cloud's end of a task was unseen: from the last answer that told it as going on to the one
 * that told the end.
 *
 * @returns seconds; undefined when the later of the two states has no such end, or was the first to be told at all
 */
export function detectionDelaySeconds(before: TaskState, after: TaskState): number | undefined {
  const { phase, statusSeenAt } = after;
  const isClouds = phase === 'Succeeded' || phase === 'Failed';
  if (!isClouds || statusSeenAt === undefined || before.statusSeenAt === undefined) return undefined;
  return secondsBetween(before.statusSeenAt, statusSeenAt);
}

/** Returns the phase of a follow that goes on. */
function livePhase({ pausedReason, blockedBy }: Pick<TaskState, 'pausedReason' | 'blockedBy'>): LivePhase {
  if (pausedReason !== undefined) return 'Paused';
  return blockedBy ? 'Blocked' : 'Polling';
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
    lastError: error,
    ...(requestId !== undefined && { lastRequestId: requestId }),
    observations: observe(state.observations, { at, errorCode, ...(requestId !== undefined && { requestId }) }),
  };
  const riddenOut = {
    degradedBy: { ...error, ...longer(degradedBy, at) },
    // Nor does it prove that what a person must mend is mended.
    ...(blockedBy && { blockedBy }),
  };
  switch (errorClass) {
    case 'permanent':
      return end(next, 'Rejected', at);
    case 'needsPerson':
    case 'healing':
      return { ...next, blockedBy: { ...error, since: blockedBy?.since ?? at } };
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

function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}
