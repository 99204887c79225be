import { userSyncKey, type CheckError, type UserSync } from '../../contract';

import { endItem, errorFacts, syncFacts, type BatchItem, type DeprovisionItem } from './batch-items';
import { LOOK_AFTER_SECONDS, MAX_LOSSES } from './lost-answers';
import type { SettledCall } from './patience';
import type { SyncCalls } from './sync-calls';

/** What removing needs. */
export interface RemovingRun {
  calls: SyncCalls;
  /** Waits, in seconds. */
  pause: (seconds: number) => Promise<void>;
  isCancelled: () => boolean;
  /** Follows the task of an item to its end, and ends the item. */
  follow: (item: BatchItem<unknown>, taskId: string) => Promise<void>;
  /** Only looks up what would be removed. */
  dryRun: boolean;
}

const NOT_FOUND = 'ResourceNotFound.UserProvisioningNotFound';

/** Removes the sync of one item and follows its task; what is not there any more counts as removed. */
export async function removeSync(item: DeprovisionItem, run: RemovingRun): Promise<void> {
  item.attempts += 1;
  item.stage = 'starting';
  const found = await lookUp(item, run);
  if (found.kind !== 'done') return giveUp(item, found);
  const sync = found.answer;
  if (!sync) return endItem(item, 'AlreadyAbsent');
  item.facts = { ...item.facts, ...syncFacts(sync) };
  if (run.dryRun) return endItem(item, 'WouldBeRemoved');
  for (;;) {
    if (run.isCancelled()) {
      item.stage = 'waiting';
      return;
    }
    const result = await run.calls.remove(sync.userProvisioningId);
    switch (result.kind) {
      case 'done': {
        const { task, requestId } = result.answer;
        if (requestId !== undefined) item.facts.requestId = requestId;
        if (!task) return followFound(item, sync, run);
        item.facts.taskId = task.taskId;
        return run.follow(item, task.taskId);
      }
      case 'refused':
        // Removed meanwhile: by somebody else, or by a call of ours whose answer was lost.
        if (result.error.code === NOT_FOUND) return followFound(item, sync, run);
        return giveUp(item, result);
      case 'withdrawn':
        return giveUp(item, result);
      case 'lost': {
        item.losses += 1;
        await run.pause(LOOK_AFTER_SECONDS[0]);
        const left = await run.calls.get(sync.userProvisioningId);
        if (isAbsent(left)) return followFound(item, sync, run);
        if (left.kind === 'done' && item.losses < MAX_LOSSES) break;
        return endItem(item, 'Unknown', {
          ...errorFacts(result.error),
          reason: `${result.error.message}; whether it was removed all the same could not be found out`,
        });
      }
    }
  }
}

async function lookUp({ wanted }: DeprovisionItem, { calls }: RemovingRun): Promise<SettledCall<UserSync | undefined>> {
  if (wanted.principalId !== undefined) return calls.find(userSyncKey(wanted));
  const result = await calls.get(wanted.userProvisioningId);
  return isAbsent(result) ? { kind: 'done', answer: undefined } : result;
}

function isAbsent(result: SettledCall<unknown>): boolean {
  return result.kind === 'refused' && result.error.code === NOT_FOUND;
}

/** The sync goes or is gone, and nobody named its task. */
async function followFound(item: DeprovisionItem, sync: UserSync, run: RemovingRun): Promise<void> {
  if (item.losses > 0) item.facts.adopted = 'AfterLostAnswer';
  const task = await run.calls.findTask(userSyncKey(sync), 'DeleteProvisioning');
  item.facts.taskSearch = task.search;
  if (task.search === 'Found') {
    item.facts.taskId = task.task.taskId;
    return run.follow(item, task.task.taskId);
  }
  endItem(item, 'Succeeded', { reason: 'the user sync is gone; no task of its removal could be found' });
}

function giveUp(
  item: DeprovisionItem,
  result: { kind: 'refused' | 'lost'; error: CheckError } | { kind: 'withdrawn' },
): void {
  if (result.kind === 'withdrawn') item.stage = 'waiting';
  else endItem(item, 'Refused', errorFacts(result.error));
}
