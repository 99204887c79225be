import { busiestSecond } from '../measure';

import type { Observations } from './observations';

/** Returns the most calls that reached the cloud in any rolling second. */
export function busiestSecondOf({ arrivalsMs }: Observations): number {
  // Calls overtake each other on their way; numbers of a typed array are sorted as numbers, and fast.
  return busiestSecond(Array.from(Float64Array.from(arrivalsMs).sort()));
}
