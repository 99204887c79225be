import { DRAIN } from '../../src/drain';

/** For the end of the container itself on a machine that is busy. */
const SPARE_SECONDS = 15;

/** How long whoever stops a worker must let it be at least. */
export const MIN_STOP_GRACE_SECONDS = DRAIN.boundSeconds + SPARE_SECONDS;
