import { GOOD_OUTCOMES, ITEM_OUTCOMES, type BatchWaitResult, type Ending, type WaitResult } from '../client';

/** Exit codes of `provisioning`, also in the README. */
export const EXIT_CODES = {
  success: 0,
  unexpected: 1,
  badInput: 2,
  failed: 3,
  notFound: 4,
  deadlineExceeded: 5,
  cancelled: 6,
  rejected: 7,
  cannotConnect: 8,
  stillWaiting: 9,
  stopped: 10,
  unhealthy: 11,
  /** By convention 128 + SIGINT. */
  interrupted: 130,
  /** By convention 128 + SIGPIPE. */
  brokenPipe: 141,
} as const;

const BY_ENDING: Record<Exclude<Ending, 'Resolved'>, number> = {
  Succeeded: EXIT_CODES.success,
  Failed: EXIT_CODES.failed,
  NotFound: EXIT_CODES.notFound,
  Vanished: EXIT_CODES.notFound,
  DeadlineExceeded: EXIT_CODES.deadlineExceeded,
  Cancelled: EXIT_CODES.cancelled,
  Rejected: EXIT_CODES.rejected,
};

/** Returns the exit code that tells what a wait brought. */
export function exitCodeOf(result: WaitResult): number {
  switch (result.kind) {
    case 'ended': {
      const { phase, resolution } = result.outcome;
      return BY_ENDING[phase === 'Resolved' ? (resolution?.outcome ?? 'Failed') : phase];
    }
    case 'waiting':
      return EXIT_CODES.stillWaiting;
    case 'stopped':
      return EXIT_CODES.stopped;
  }
}

/** Returns the exit code that tells what a wait for a batch brought. */
export function exitCodeOfBatch(result: BatchWaitResult): number {
  switch (result.kind) {
    case 'ended': {
      const { phase, outcomes } = result.report;
      if (phase === 'Cancelled') return EXIT_CODES.cancelled;
      const isGood = ITEM_OUTCOMES.every((outcome) => GOOD_OUTCOMES.includes(outcome) || !outcomes[outcome]);
      return isGood ? EXIT_CODES.success : EXIT_CODES.failed;
    }
    case 'waiting':
      return EXIT_CODES.stillWaiting;
    case 'stopped':
      return EXIT_CODES.stopped;
  }
}
