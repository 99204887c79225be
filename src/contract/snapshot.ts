import type { Polling } from './input';
import type { ResolveRequest } from './messages';
import type { MessageName } from './names';

/** Phases that end a follow. */
export const ENDINGS = [
  'Succeeded',
  'Failed',
  'NotFound',
  'Vanished',
  'Rejected',
  'DeadlineExceeded',
  'Cancelled',
  'Resolved',
] as const;
export type Ending = (typeof ENDINGS)[number];
/** Phases of a follow that goes on. */
export const LIVE_PHASES = ['Polling', 'Paused', 'Blocked'] as const;
export type LivePhase = (typeof LIVE_PHASES)[number];
export type Phase = LivePhase | Ending;

/** An error of a status check, as shown to operators and callers. */
export interface CheckError {
  /** The cloud's error code, or `ClientError.…` when no answer of the API was had. */
  code: string;
  message: string;
  requestId?: string;
  httpStatus?: number;
  /** What a person should do. */
  advice?: string;
  /** So long the cloud wants no further call: its Retry-After, or what its kind of throttling needs. */
  retryAfterSeconds?: number;
  /** Of a call that writes: it may have been done all the same, so it must not be sent again blindly. */
  mayHaveRun?: true;
}

/** One change that the follow saw. */
export interface Observation {
  /** ISO 8601 in UTC. */
  at: string;
  status?: string;
  errorCode?: string;
  requestId?: string;
}

/** What the query `status` answers: the follow as it stands. Instants are ISO 8601 in UTC. */
export interface ProvisioningSnapshot {
  zoneId: string;
  taskId: string;
  phase: Phase;
  /** The cloud's last word, verbatim: `InProgress`, `Success`, `Failed`, or any other string. */
  status?: string;
  /** When the cloud last said so. */
  statusSeenAt?: string;
  /** The TaskId that the cloud answered, where it is not the one asked for. */
  answeredTaskId?: string;
  /** E.g. `StartProvisioning`; an open set. */
  taskType?: string;
  /** The cloud's reason, verbatim. */
  failureReason?: string;
  /** Status checks that ended, with an answer or with an error. */
  polls: number;
  /** When the first and the last check ended. */
  firstPolledAt?: string;
  lastPolledAt?: string;
  /** The deadline while paused; absent while a check is out and after the ending. */
  nextPollAt?: string;
  startedAt: string;
  deadlineAt: string;
  endedAt?: string;
  /** The phase out of which it ended. */
  endedWhile?: LivePhase;
  /** Why and since when it is paused, or was at the end. */
  pausedReason?: string;
  pausedAt?: string;
  /** The transient error being ridden out, or that was at the end: how often in a row, and since when. */
  degradedBy?: CheckError & { count: number; since: string };
  /** The error that needs a person, and since when; set while the phase is `Blocked`, or will be once resumed. */
  blockedBy?: CheckError & { since: string };
  /** What a person declared; set when the phase is `Resolved`. */
  resolution?: ResolveRequest & { at: string };
  /** The error of the last check; absent when that was answered. */
  lastError?: CheckError;
  lastRequestId?: string;
  /** The last 50 changes, oldest first. */
  observations: Observation[];
  polling: Polling;
  /** How many signals and updates of each name were taken. */
  messages: Partial<Record<MessageName, number>>;
}

/** The longest list of observations that a snapshot carries. */
export const MAX_OBSERVATIONS = 50;

/** Words a number of polls: `1 poll`, `2 polls`. */
export function pollCount(polls: number): string {
  return polls === 1 ? '1 poll' : `${polls} polls`;
}
