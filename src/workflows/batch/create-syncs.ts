import { userSyncDifferences, userSyncKey, type CheckError, type UserSync } from '../../contract';

import {
  endItem,
  errorFacts,
  outcomeOf,
  syncFacts,
  waitingItems,
  type BatchItem,
  type ProvisionItem,
} from './batch-items';
import { LOOK_AFTER_SECONDS, LOSSES_TO_GO_ALONE, MAX_LOSSES } from './lost-answers';
import type { SettledCall } from './patience';
import { removeSync } from './remove-syncs';
import { isOf, type SyncCalls, type TaskSearch } from './sync-calls';

/** What creating needs. */
export interface CreatingRun {
  calls: SyncCalls;
  /** Waits, in seconds; a cancelled batch waits too, since what it has begun must be cleared up. */
  pause: (seconds: number) => Promise<void>;
  isCancelled: () => boolean;
  /** Follows the task of an item to its end, and ends the item. */
  follow: (item: BatchItem<unknown>, taskId: string) => Promise<void>;
  /** Begins work beside; its failure is the run's. */
  beside: (work: Promise<void>) => void;
  /** The cloud takes no list of so many items. */
  tooLong: (length: number) => void;
  /** Changes existing syncs that differ. */
  updateExisting: boolean;
}

const ALREADY_EXISTS = 'FailedOperation.UserProvisioningAlreadyExists';
const TOO_LONG: readonly string[] = [
  'LimitExceeded.CreateUserSyncProvisioningLimitExceeded',
  'RequestSizeLimitExceeded',
];
/** Refusals that are about no item, so that each part of a list would meet them too. */
const ABOUT_NO_ITEM: readonly string[] = [
  'ActionOffline',
  'AuthFailure.InvalidAuthorization',
  'FailedOperation.IdentityCenterNotOpen',
  'FailedOperation.ZoneIdNotExist',
  'InvalidAction',
  'InvalidRequest',
  'NoSuchProduct',
  'NoSuchVersion',
  'UnknownParameter',
  'UnsupportedOperation',
  'UnsupportedProtocol',
  'UnsupportedRegion',
];
/** Returns the first of the waiting items that may go in one call. */
export function nextChunk(waiting: readonly ProvisionItem[], size: number): ProvisionItem[] {
  const [first] = waiting;
  if (!first || first.losses >= LOSSES_TO_GO_ALONE) return waiting.slice(0, 1);
  return waiting.filter(({ losses }) => losses < LOSSES_TO_GO_ALONE).slice(0, size);
}

/**
 * Creates the syncs of some items with one call, and with more where the cloud refuses the list: it names no culprit.
 * Never sends an item again whose answer was lost before it has looked for what that call did.
 */
export async function createSyncs(items: readonly ProvisionItem[], run: CreatingRun): Promise<void> {
  const [first, ...others] = items;
  if (!first) return;
  for (const item of items) begin(item);
  const result = await run.calls.create(items.map(({ wanted }) => wanted));
  switch (result.kind) {
    case 'done':
      for (const item of items) {
        const task = result.answer.tasks.find((each) => isOf(each, item.wanted));
        if (task) {
          const { requestId } = result.answer;
          const { taskId, userProvisioningId } = task;
          item.facts = {
            ...item.facts,
            taskId,
            ...(userProvisioningId !== undefined && { userProvisioningId }),
            ...(requestId !== undefined && { requestId }),
          };
          run.beside(run.follow(item, taskId));
        } else {
          run.beside(clearUp(item, NOT_NAMED, run));
        }
      }
      return;
    case 'lost':
      for (const item of items) run.beside(clearUp(item, result.error, run));
      return;
    case 'withdrawn':
      for (const item of items) item.stage = 'waiting';
      return;
    case 'refused':
      if (others.length > 0 && !ABOUT_NO_ITEM.includes(result.error.code)) {
        return createInParts(items, result.error, run);
      }
      if (result.error.code === ALREADY_EXISTS) return run.beside(adoptExisting(first, result.error, run));
      for (const item of items) endItem(item, 'Refused', errorFacts(result.error));
      return;
  }
}

/** Begins another attempt that does not begin with creating. */
export async function redo(item: ProvisionItem, run: CreatingRun): Promise<void> {
  const { redo: how, facts } = item;
  delete item.redo;
  item.stage = 'starting';
  if (how === 'follow' && facts.taskId !== undefined) {
    item.attempts += 1;
    return run.follow(item, facts.taskId);
  }
  const [removal] = waitingItems([{ userProvisioningId: facts.userProvisioningId ?? '' }], item.index);
  if (!removal) return;
  await removeSync(removal, { ...run, dryRun: false });
  const outcome = outcomeOf(removal);
  if (outcome === 'Succeeded' || outcome === 'AlreadyAbsent') {
    item.facts = userSyncKey(item.wanted);
    item.stage = 'waiting';
    return;
  }
  const { reason, errorCode } = removal.facts;
  endItem(item, outcome, {
    ...(errorCode !== undefined && { errorCode }),
    reason: `its failed user sync had to be removed before another attempt: ${reason ?? outcome}`,
  });
}

function begin(item: ProvisionItem): void {
  if (item.stage === 'waiting' && item.losses === 0) item.attempts += 1;
  item.stage = 'starting';
}

/** A refused list of items is tried in parts, until the item is alone that the refusal is about. */
async function createInParts(items: readonly ProvisionItem[], error: CheckError, run: CreatingRun): Promise<void> {
  if (TOO_LONG.includes(error.code)) run.tooLong(items.length);
  const left = error.code === ALREADY_EXISTS ? await withoutExisting(items, run) : [...items];
  const middle = left.length === items.length ? Math.ceil(left.length / 2) : left.length;
  for (const part of [left.slice(0, middle), left.slice(middle)]) {
    if (!run.isCancelled()) await createSyncs(part, run);
    else for (const item of part) item.stage = 'waiting';
  }
}

/** Adopts those of some items that exist, and returns the others. */
async function withoutExisting(items: readonly ProvisionItem[], run: CreatingRun): Promise<ProvisionItem[]> {
  const absent = await Promise.all(
    items.map(async (item) => {
      const found = await run.calls.find(userSyncKey(item.wanted));
      if (found.kind !== 'done' || !found.answer) return [item];
      run.beside(adopt(item, found.answer, 'AlreadyExisted', run));
      return [];
    }),
  );
  return absent.flat();
}

/** Finds out what a call did whose answer was lost. */
async function clearUp(item: ProvisionItem, error: CheckError, run: CreatingRun): Promise<void> {
  item.losses += 1;
  let found: SettledCall<UserSync | undefined> | undefined;
  for (const seconds of LOOK_AFTER_SECONDS) {
    await run.pause(seconds);
    found = await run.calls.find(userSyncKey(item.wanted));
    if (found.kind !== 'done') break;
    if (found.answer) return adopt(item, found.answer, 'AfterLostAnswer', run);
  }
  if (found?.kind !== 'done') {
    const reason = `${error.message}; whether it was created all the same could not be found out`;
    return endItem(item, 'Unknown', { ...errorFacts(error), reason });
  }
  if (item.losses < MAX_LOSSES) {
    item.stage = 'waiting';
    return;
  }
  endItem(item, 'Refused', { ...errorFacts(error), reason: `tried ${MAX_LOSSES} times: ${error.message}` });
}

/** The cloud says that it exists: finds its id. */
async function adoptExisting(item: ProvisionItem, error: CheckError, run: CreatingRun): Promise<void> {
  const found = await run.calls.find(userSyncKey(item.wanted));
  if (found.kind === 'done' && found.answer) {
    const how = item.losses > 0 ? 'AfterLostAnswer' : 'AlreadyExisted';
    return adopt(item, found.answer, how, run);
  }
  const why = found.kind === 'refused' ? `: ${found.error.message}` : '';
  endItem(item, 'AlreadyExists', {
    ...errorFacts(error),
    adopted: 'AlreadyExisted',
    reason: `${error.message}; the list of user syncs does not show it${why}`,
  });
}

/** Takes a sync that is there for the item's: follows its task where that can be found. */
async function adopt(
  item: ProvisionItem,
  sync: UserSync,
  adopted: 'AlreadyExisted' | 'AfterLostAnswer',
  run: CreatingRun,
): Promise<void> {
  item.facts = { ...item.facts, ...syncFacts(sync), adopted };
  if (run.updateExisting && !(await update(item, sync, run))) return;
  const task = await searchTask(item, adopted, run);
  item.facts.taskSearch = task.search;
  if (task.search === 'Found') {
    item.facts.taskId = task.task.taskId;
    return run.follow(item, task.task.taskId);
  }
  const which =
    task.search === 'Failed' ? 'ListTasks could not be asked for its task' : 'ListTasks knows no task of it';
  endItem(item, 'AlreadyExists', { reason: `the user sync exists; ${which}` });
}

async function searchTask(
  { wanted }: ProvisionItem,
  adopted: 'AlreadyExisted' | 'AfterLostAnswer',
  { calls, pause }: CreatingRun,
): Promise<TaskSearch> {
  const task = await calls.findTask(userSyncKey(wanted), 'StartProvisioning');
  // A task of a moment ago may not be listed yet.
  if (task.search !== 'NotListed' || adopted === 'AlreadyExisted') return task;
  await pause(LOOK_AFTER_SECONDS[0]);
  return calls.findTask(userSyncKey(wanted), 'StartProvisioning');
}

/** Changes what differs; false when the cloud refused, which ends the item. */
async function update(item: ProvisionItem, sync: UserSync, run: CreatingRun): Promise<boolean> {
  const { userProvisioningId } = sync;
  const differences = userSyncDifferences(item.wanted, sync);
  if (differences.length === 0) return true;
  const changes = Object.fromEntries(differences.map(({ field, wanted }) => [field, wanted]));
  for (;;) {
    const result = await run.calls.update({ userProvisioningId, ...changes });
    switch (result.kind) {
      case 'done':
        item.facts.changed = Object.keys(changes);
        return true;
      case 'lost':
        // The same change twice is one change.
        item.losses += 1;
        if (item.losses < MAX_LOSSES) break;
        endItem(item, 'Unknown', errorFacts(result.error));
        return false;
      case 'refused':
        endItem(item, 'Refused', errorFacts(result.error));
        return false;
      case 'withdrawn':
        endItem(item, 'AlreadyExists', { reason: 'cancelled before it was changed' });
        return false;
    }
  }
}

const NOT_NAMED: CheckError = {
  code: 'ClientError.MalformedAnswer',
  message: 'The answer to the call that should create it names no task of it',
};
