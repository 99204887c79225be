import {
  isFailure,
  userSyncKey,
  type CheckError,
  type ItemOutcome,
  type ReportLine,
  type UserSync,
  type UserSyncItem,
  type UserSyncKey,
  type UserSyncRef,
} from '../../contract';

/** One item of a batch, and what is known of it. */
export interface BatchItem<Wanted> {
  /** Place in the input. */
  readonly index: number;
  readonly wanted: Wanted;
  /** `waiting` to be begun, `starting` with calls of its own, `following` its task, or `ended`. */
  stage: 'waiting' | 'starting' | 'following' | 'ended';
  outcome?: ItemOutcome;
  /** How often it was begun. */
  attempts: number;
  /** How many answers to calls for it were lost in this attempt. */
  losses: number;
  /** What another attempt begins with, where that is not creating: its sync is removed, or its task followed again. */
  redo?: 'remove' | 'follow';
  /** What its report line says besides. */
  facts: Omit<ReportLine, 'index' | 'outcome' | 'attempts'>;
}

export type ProvisionItem = BatchItem<UserSyncItem>;
export type DeprovisionItem = BatchItem<UserSyncRef>;

/**
 * Makes items that wait.
 *
 * @param from - place of the first in the input
 */
export function waitingItems<Wanted extends UserSyncItem | UserSyncRef>(
  wanted: readonly Wanted[],
  from: number,
): BatchItem<Wanted>[] {
  return wanted.map((one, offset) => ({
    index: from + offset,
    wanted: one,
    stage: 'waiting',
    attempts: 0,
    losses: 0,
    facts: factsOf(one),
  }));
}

/** Ends an item. */
export function endItem(item: BatchItem<unknown>, outcome: ItemOutcome, facts: BatchItem<unknown>['facts'] = {}): void {
  item.stage = 'ended';
  item.outcome = outcome;
  item.facts = { ...item.facts, ...facts };
}

/** Returns what became of an item so far. */
export function outcomeOf({ stage, outcome }: BatchItem<unknown>): ItemOutcome {
  if (stage === 'ended') return outcome ?? 'Unknown';
  return stage === 'following' ? 'StillFollowed' : 'NotStarted';
}

/** Returns the line of an item in the report. */
export function lineOf(item: BatchItem<unknown>): ReportLine {
  const { index, attempts, facts } = item;
  const { reason, ...others } = facts;
  return { index, outcome: outcomeOf(item), ...others, ...(reason !== undefined && { reason: cut(reason) }), attempts };
}

/** The lines of a part must fit into one payload; the follow of a task has its whole reason. */
const MAX_REASON_LENGTH = 500;

function cut(reason: string): string {
  return reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH - 1).toWellFormed()}…` : reason;
}

/** Counts items by what became of them. */
export function countOutcomes(items: readonly BatchItem<unknown>[]): Partial<Record<ItemOutcome, number>> {
  const counts: Partial<Record<ItemOutcome, number>> = {};
  for (const item of items) {
    const outcome = outcomeOf(item);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** Tells whether an item has ended, and not as was wanted. */
export function hasFailed(item: BatchItem<unknown>): boolean {
  return item.stage === 'ended' && isFailure(outcomeOf(item));
}

/**
 * Lets an item that has failed wait for another attempt. A sync that surely is ours and whose task failed stays in the
 * cloud and would keep the next one away, so it goes first; a task of which the cloud has not said the last word is
 * followed again.
 */
export function retryItem(item: BatchItem<unknown>): void {
  const { outcome, facts } = item;
  const { reason: _reason, errorCode: _code, requestId: _request, ...rest } = facts;
  const isOwn = facts.userProvisioningId !== undefined && facts.adopted === undefined;
  delete item.redo;
  if (outcome === 'Failed' && isOwn) item.redo = 'remove';
  else if (outcome !== 'Failed' && outcome !== 'Refused' && facts.taskId !== undefined) item.redo = 'follow';
  item.stage = 'waiting';
  delete item.outcome;
  item.losses = 0;
  item.facts = rest;
}

/** Returns what the report tells of an error. */
export function errorFacts({ code, message, requestId }: CheckError): BatchItem<unknown>['facts'] {
  return { errorCode: code, reason: message, ...(requestId !== undefined && { requestId }) };
}

/** Returns what the report tells of a sync that was found. */
export function syncFacts({ userProvisioningId, status, ...sync }: UserSync): BatchItem<unknown>['facts'] {
  return {
    ...userSyncKey(sync),
    userProvisioningId,
    ...(status !== undefined && { configurationStatus: status }),
  };
}

function factsOf(wanted: UserSyncItem | UserSyncRef): Partial<UserSyncKey> & { userProvisioningId?: string } {
  return wanted.principalId === undefined ? { userProvisioningId: wanted.userProvisioningId } : userSyncKey(wanted);
}
