/** Task queue of the worker of this folder. */
export const SAMPLE_QUEUE = 'polling-sample';

/** Name of the workflow. */
export const POLL_BY_RETRIES = 'pollByRetries';

/** Input of {@link POLL_BY_RETRIES}. */
export interface SampleInput {
  taskId: string;
  /** From the failure of one attempt to the next, in ms. */
  intervalMs: number;
}
