import type { UserSyncRecord, UserSyncTaskRecord } from '../../emulator';
import { sum } from '../measure';

import type { ItemEnd } from './item-end';
import { FAILURE_REASON } from './scenarios';

/** What the cloud has in the end. */
export interface CloudRecords {
  syncs: UserSyncRecord[];
  tasks: UserSyncTaskRecord[];
}

/** How much a tool has made of a scenario, in items unless it says otherwise. */
export interface SideFigures {
  items: number;
  /** The tool said of the task what became of it. */
  endedRight: number;
  failed: number;
  /** Of those that failed, how many come with the cloud's reason. */
  reasonsKnown: number;
  /** They exist, and the tool does not know them. */
  orphans: number;
  /** Tasks whose end the tool never saw. */
  neverFollowed: number;
  /** Creates for what was there already. */
  blindCreates: number;
  /** An error is the last word for what is there and has succeeded. */
  falseErrors: number;
}

/**
 * Holds what a tool knows against what the cloud did.
 *
 * @param failing - principals whose tasks fail
 */
export function countEnds(
  ends: readonly ItemEnd[],
  { syncs, tasks }: CloudRecords,
  failing: readonly string[],
): SideFigures {
  const syncOf = new Map(syncs.filter(({ exists }) => exists).map((sync) => [sync.principalId, sync]));
  const judged = ends.map((end) => {
    const sync = syncOf.get(end.principalId);
    const truth = failing.includes(end.principalId) ? 'Failed' : 'Success';
    return { ...end, sync, truth: sync && truth };
  });
  const count = (is: (end: (typeof judged)[number]) => boolean): number => judged.filter(is).length;
  return {
    items: ends.length,
    endedRight: count(({ taskEnd, truth }) => taskEnd === truth),
    failed: count(({ truth }) => truth === 'Failed'),
    reasonsKnown: count(({ truth, failureReason }) => truth === 'Failed' && failureReason === FAILURE_REASON),
    orphans: count(({ sync, userProvisioningId }) => sync?.userProvisioningId !== userProvisioningId),
    neverFollowed: tasks.filter(({ isFollowedToEnd }) => !isFollowedToEnd).length,
    blindCreates: sum(syncs.map(({ createCalls }) => createCalls)),
    falseErrors: count(({ truth, isError }) => isError && truth === 'Success'),
  };
}
