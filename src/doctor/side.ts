import type { Step } from './check';

/** The checks of one peer: the Temporal server, or the cloud. */
export interface Side {
  steps: readonly Step[];
  /** Drops what the steps opened. */
  close(): Promise<void>;
}
