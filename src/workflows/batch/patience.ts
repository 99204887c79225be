import type { CheckError } from '../../contract';

import type { CallResult, FailedCall } from './call-result';

/** A call after which nothing is to be done but what its answer says. */
export type SettledCall<Answer> =
  | { kind: 'done'; answer: Answer }
  | { kind: 'refused' | 'lost'; error: CheckError }
  /** It was not done, since the batch was cancelled before. */
  | { kind: 'withdrawn' };

/** What a batch rides out, or waits for; changed by every call. */
export interface Health {
  degradedBy?: CheckError & { since: string; count: number };
  blockedBy?: CheckError & { since: string };
  /** How often a person said that it may go on. */
  resumes: number;
}

/** How calls wait. */
export interface Surroundings {
  health: Health;
  isCancelled: () => boolean;
  /** The present, ISO 8601 in UTC. */
  now: () => string;
  /** Waits until a condition holds, or for so many seconds. */
  until: (holds: () => boolean, seconds?: number) => Promise<void>;
}

const FIRST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 30;
/** So often what a person must mend is tried without a word of theirs, as by a blocked follow. */
const BLOCKED_SECONDS = 300;
/** A code that no list names is refused after so many tries. */
const UNKNOWN_CODE_TRIES = 5;
/** A cancelled batch tries to clear up what it has begun, but not for ever. */
const TRIES_AFTER_CANCEL = 3;

/**
 * Sends a call until it is settled: rides out what passes, and waits for a person where one must act. A call that may
 * have been done is not sent again.
 */
export async function insist<Answer>(
  send: () => Promise<CallResult<Answer>>,
  { health, isCancelled, now, until }: Surroundings,
): Promise<SettledCall<Answer>> {
  let unknownCodes = 0;
  let triesAfterCancel = 0;
  for (let tries = 1; ; tries += 1) {
    const result = await send();
    if (result.kind === 'withdrawn') return result;
    if (result.kind === 'lost') return { kind: 'lost', error: result.error };
    if (result.kind === 'done' || result.kind === 'refused') {
      recover(health);
      return result.kind === 'done' ? result : { kind: 'refused', error: result.error };
    }
    if (result.isUnknown) unknownCodes += 1;
    if (unknownCodes >= UNKNOWN_CODE_TRIES) return { kind: 'refused', error: result.error };
    note(health, result, now());
    if (isCancelled() && (triesAfterCancel += 1) >= TRIES_AFTER_CANCEL) return { kind: 'withdrawn' };
    const { resumes } = health;
    const seconds = waitSeconds(result, tries);
    // A cancel cuts a long wait short, yet not the short ones between the last tries.
    const wasCancelled = isCancelled();
    await until(() => health.resumes !== resumes || isCancelled() !== wasCancelled, seconds);
  }
}

function waitSeconds({ kind, error }: FailedCall, tries: number): number {
  if (kind === 'blocked') return BLOCKED_SECONDS;
  const backoff = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (tries - 1));
  return Math.max(backoff, error.retryAfterSeconds ?? 0);
}

function note(health: Health, { kind, error }: FailedCall, at: string): void {
  if (kind === 'blocked') {
    health.blockedBy = { ...error, since: health.blockedBy?.since ?? at };
    return;
  }
  const { since = at, count = 0 } = health.degradedBy ?? {};
  health.degradedBy = { ...error, since, count: count + 1 };
}

function recover(health: Health): void {
  delete health.degradedBy;
  delete health.blockedBy;
}
