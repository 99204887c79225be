import {
  userSyncDifferences,
  userSyncName,
  userSyncRefName,
  type UserSync,
  type UserSyncDifference,
  type UserSyncItem,
  type UserSyncRef,
} from './contract';

/**
 * What would become of one item: it is created, it exists and is taken as it is or changed, or it is refused, since it
 * says `TakeOver` and nobody allowed that.
 */
export type ProvisionStep =
  | { action: 'create' | 'refuse'; item: UserSyncItem }
  | { action: 'adopt' | 'change'; item: UserSyncItem; sync: UserSync; differences: UserSyncDifference[] };

/** What would become of one item that is to be removed. */
export type DeprovisionStep =
  { action: 'remove'; item: UserSyncRef; sync: UserSync } | { action: 'absent'; item: UserSyncRef };

/** What a batch would do: one step for each item, in their order. */
export interface Plan<Step extends { action: string }> {
  steps: Step[];
  counts: Record<Step['action'], number>;
}

/** What decides about items, besides what exists. */
export interface PlanOptions {
  /** Syncs that exist are changed where they differ. */
  updateExisting: boolean;
  allowTakeOver: boolean;
}

/**
 * Plans what `provisionUsers` would do.
 *
 * @param syncs - those that exist, at least as far as the items name them
 */
export function planOf(
  items: readonly UserSyncItem[],
  syncs: Iterable<UserSync>,
  { updateExisting, allowTakeOver }: PlanOptions,
): Plan<ProvisionStep> {
  const existing = new Map([...syncs].map((sync) => [userSyncName(sync), sync]));
  const steps = items.map((item): ProvisionStep => {
    if (item.duplicationStrategy === 'TakeOver' && !allowTakeOver) return { action: 'refuse', item };
    const sync = existing.get(userSyncName(item));
    if (!sync) return { action: 'create', item };
    const differences = userSyncDifferences(item, sync);
    return { action: updateExisting && differences.length > 0 ? 'change' : 'adopt', item, sync, differences };
  });
  return { steps, counts: { create: 0, adopt: 0, change: 0, refuse: 0, ...countsOf(steps) } };
}

/**
 * Plans what `deprovisionUsers` would do.
 *
 * @param syncs - those that exist, at least as far as the items name them
 */
export function removalPlanOf(items: readonly UserSyncRef[], syncs: Iterable<UserSync>): Plan<DeprovisionStep> {
  const existing = new Map(
    [...syncs].flatMap((sync) => [
      [sync.userProvisioningId, sync],
      [userSyncName(sync), sync],
    ]),
  );
  const steps = items.map((item): DeprovisionStep => {
    const sync = existing.get(userSyncRefName(item));
    return sync ? { action: 'remove', item, sync } : { action: 'absent', item };
  });
  return { steps, counts: { remove: 0, absent: 0, ...countsOf(steps) } };
}

function countsOf<Action extends string>(steps: readonly { action: Action }[]): Partial<Record<Action, number>> {
  const counts: Partial<Record<Action, number>> = {};
  for (const { action } of steps) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}
