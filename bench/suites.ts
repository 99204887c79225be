import { batchesSuite } from './batches';
import { delaySuite } from './delay';
import { outageSuite } from './outage';
import { peersSuite } from './peers';
import { policySuite } from './policy';
import { scaleSuite } from './scale';
import { startSuite } from './start';
import type { Suite } from './suite';
import { userSyncsSuite } from './user-syncs';

/** Every suite, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  delaySuite,
  peersSuite,
  userSyncsSuite,
  scaleSuite,
  startSuite,
  policySuite,
  batchesSuite,
  outageSuite,
];
