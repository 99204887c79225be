import type { UserSyncItem } from '../../src/contract';
import type { BenchWorld } from '../world';

import type { ItemEnd } from './item-end';
import type { RetryTimeout } from './terraform/retry';

/** What a side has to do. */
export interface SideOrder {
  world: BenchWorld;
  zoneId: string;
  items: UserSyncItem[];
  /** How long Terraform waits for a task. */
  taskTimeout: RetryTimeout;
  /** Resolves when the process is to be killed, once. */
  untilKill?: () => Promise<void>;
}

/** What came of it. */
export interface SideEnd {
  /** What the tool knows of each item. */
  ends: ItemEnd[];
  /** From the order until the tool is done. */
  seconds: number;
}

/** Creates the items in a zone with one of the tools. */
export type SideRun = (order: SideOrder) => Promise<SideEnd>;
