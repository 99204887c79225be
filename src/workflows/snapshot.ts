import {
  pollCount,
  type CheckError,
  type Ending,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
} from '../contract';

import { nextPollAtMs } from './next-poll';
import { isEnded, type TaskState } from './task-state';

/** Returns the part of the state that callers see. */
export function toSnapshot(state: TaskState): ProvisioningSnapshot {
  const {
    notFoundGraceSeconds: _grace,
    notFound: _notFound,
    unknownCodes: _codes,
    unknownStatuses: _statuses,
    firstPollDueAt: _due,
    withdrawnChecks: _withdrawn,
    isChecking,
    ...snapshot
  } = state;
  if (isChecking || isEnded(state)) return snapshot;
  return { ...snapshot, nextPollAt: new Date(nextPollAtMs(state)).toISOString() };
}

/** Returns the outcome of an ended follow. */
export function toOutcome(state: TaskState): ProvisioningOutcome {
  const snapshot = toSnapshot(state);
  const phase = snapshot.phase as Ending;
  const isCloudsWord = phase === 'Succeeded' || phase === 'Failed';
  return {
    ...snapshot,
    phase,
    cloudTask: isCloudsWord ? 'Ended' : 'Untouched',
    message: endingMessage(state, phase),
  };
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
      return `${task} was not over at its deadline ${state.deadlineAt} after ${pollCount(state.polls)}: ${lastStatus}${error === undefined ? '' : `, last error ${error}`}${pauseOf(state)}; the cloud task goes on`;
    case 'Resolved':
      return `${task} was declared ${state.resolution?.outcome} by ${state.resolution?.by}: ${state.resolution?.reason} (${lastStatus})`;
    case 'Cancelled':
      return `The follow of task ${state.taskId} of zone ${state.zoneId} was cancelled, ${lastStatus}; the cloud task itself goes on, since its API cannot stop it`;
  }
}

function pauseOf({ pausedReason, pausedAt }: TaskState): string {
  return pausedReason === undefined ? '' : `, paused since ${pausedAt} (${pausedReason})`;
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
