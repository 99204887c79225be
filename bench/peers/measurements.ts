import type { KillFigures } from './kill-run';
import type { QuotaFigures } from './quota-figures';

/** What was measured of one peer. */
export interface Measured<F> {
  peer: string;
  isInProcess: boolean;
  figures: F;
}

/** All that the suite has measured. */
export interface Measurements {
  quota: Measured<QuotaFigures>[];
  kills: Measured<KillFigures>[];
  /** The fast profile of this project. */
  ours: Measured<QuotaFigures>;
  /** Temporal's sample at about the same number of calls. */
  matched: Measured<QuotaFigures>;
}
