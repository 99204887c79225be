import { isRecord } from './checks';
import { ENDINGS, type Ending, type ProvisioningSnapshot } from './snapshot';

/** How a follow ended: the last snapshot, with an ending as its phase. */
export interface ProvisioningOutcome extends ProvisioningSnapshot {
  phase: Ending;
  /**
   * `Ended` by the cloud's own word. `Untouched`: whatever ended the follow did nothing to the cloud task, which goes on
   * by itself, since no published action stops it.
   */
  cloudTask: 'Ended' | 'Untouched';
  /** One sentence for a person. */
  message: string;
}

/**
 * Types of the `ApplicationFailure` that a follow closes with; its first detail is the {@link ProvisioningOutcome}.
 * `Succeeded` closes as Completed and `Cancelled` as Canceled, so they have none; `Resolved` closes as declared.
 */
export const FAILURE_TYPES = {
  Failed: 'ProvisioningFailed',
  NotFound: 'ProvisioningTaskNotFound',
  Vanished: 'ProvisioningTaskVanished',
  Rejected: 'ProvisioningRejected',
  DeadlineExceeded: 'ProvisioningDeadlineExceeded',
  Resolved: 'ProvisioningFailed',
} as const satisfies Partial<Record<Ending, string>>;

/** Tells whether a value, e.g. the first detail of a failure, is an outcome. */
export function isOutcome(value: unknown): value is ProvisioningOutcome {
  return isRecord(value) && ENDINGS.some((ending) => ending === value.phase);
}

/** Type of the failure of a follow whose input is refused; its details are the faults, one string each. */
export const INVALID_INPUT_TYPE = 'ProvisioningInvalidInput';

/** Memo field that holds the {@link ProvisioningOutcome} of a cancelled follow: a Canceled close has no details. */
export const OUTCOME_MEMO = 'outcome';
