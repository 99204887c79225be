import { durationFaults, idFaults, isRecord, textFaults, unknownFields } from './checks';
import { DEFAULT_POLLING, pollingFaults, type FollowInput, type Polling } from './input';
import type { CheckError } from './snapshot';
import {
  resolveUserSyncItem,
  resolveUserSyncRef,
  userSyncItemFaults,
  userSyncKeyFaults,
  userSyncName,
  userSyncRefFaults,
  userSyncRefName,
  type UserSync,
  type UserSyncItem,
  type UserSyncKey,
  type UserSyncRef,
} from './user-sync';

/** A file of items that every worker can read: JSON lines, one item each, in the folder of item files. */
export interface ItemsFile {
  /** Name in that folder, without a path. */
  name: string;
  /** Of its bytes, in hexadecimal: a file that has changed is refused. */
  sha256: string;
  /** How many items it has. */
  count: number;
}

/** What both kinds of batches take. */
export interface BatchOptions {
  /** Most tasks that are followed at a time. Default 2,000. */
  maxInFlight?: number;
  /** How each task is followed. */
  follow?: Pick<FollowInput, 'deadlineSeconds' | 'polling' | 'notFoundGraceSeconds'>;
  /** Cancels the follows together with the batch. Default: they go on, as the cloud's tasks do. */
  cancelFollows?: boolean;
  /** Who asked for it; shown to operators. */
  requestedBy?: string;
  /** Why it was asked for; shown to operators. */
  note?: string;
}

/** Items in the input itself, or in a file when they are more than a payload holds. */
export type ItemSource<Item> = { items: Item[]; itemsFile?: undefined } | { itemsFile: ItemsFile; items?: undefined };

/** Input of `provisionUsers`: plain JSON. */
export type ProvisionUsersInput = BatchOptions &
  ItemSource<UserSyncItem> & {
    zoneId: string;
    /** Items of one Create call, 1 to 100. Default 20; the batch takes fewer where the cloud wants that. */
    chunkSize?: number;
    /** Must be true when an item says `TakeOver`, which replaces existing users of the sub-account. */
    allowTakeOver?: boolean;
    /** Changes strategies and description of syncs that exist already. Default: they are left as they are. */
    updateExisting?: boolean;
  };

/** Input of `deprovisionUsers`: plain JSON. */
export type DeprovisionUsersInput = BatchOptions &
  ItemSource<UserSyncRef> & {
    zoneId: string;
    /** Looks up what would be removed, and removes nothing. */
    dryRun?: boolean;
  };

/**
 * What became of an item:
 * - `Succeeded`: its task ended as `Success`; when removing without a task to be found, the sync is gone
 * - `AlreadyExists`: the sync is there, and no task of it could be found
 * - `AlreadyAbsent`: there was nothing to remove
 * - `WouldBeRemoved`: a dry run found it
 * - `Failed`, `NotFound`, `Vanished`, `Rejected`, `DeadlineExceeded`, `Cancelled`: how the follow of its task ended
 * - `Refused`: the cloud did not take the item
 * - `Unknown`: nobody knows: an answer was lost and could not be cleared up, or the follow was stopped from outside
 * - `StillFollowed`: its task goes on, and so does its follow
 * - `NotStarted`: nothing was done for it
 */
export const ITEM_OUTCOMES = [
  'Succeeded',
  'AlreadyExists',
  'AlreadyAbsent',
  'WouldBeRemoved',
  'Failed',
  'Refused',
  'NotFound',
  'Vanished',
  'Rejected',
  'DeadlineExceeded',
  'Cancelled',
  'Unknown',
  'StillFollowed',
  'NotStarted',
] as const;
export type ItemOutcome = (typeof ITEM_OUTCOMES)[number];

/** Outcomes that leave nothing to do. */
export const GOOD_OUTCOMES: readonly ItemOutcome[] = ['Succeeded', 'AlreadyExists', 'AlreadyAbsent', 'WouldBeRemoved'];
/** Outcomes of items that are not over. */
export const OPEN_OUTCOMES: readonly ItemOutcome[] = ['StillFollowed', 'NotStarted'];

/** Tells whether an item has ended, and not as was wanted. */
export function isFailure(outcome: ItemOutcome): boolean {
  return !GOOD_OUTCOMES.includes(outcome) && !OPEN_OUTCOMES.includes(outcome);
}

/** What became of one item. */
export interface ReportLine extends Partial<UserSyncKey> {
  /** Place of the item in the input, from 0. */
  index: number;
  outcome: ItemOutcome;
  userProvisioningId?: string;
  taskId?: string;
  /** Why, for a person: the cloud's words where it has any, at most 500 characters of them. */
  reason?: string;
  errorCode?: string;
  requestId?: string;
  /** The sync was there before; or it was found after a lost answer to the call that should create or remove it. */
  adopted?: 'AlreadyExisted' | 'AfterLostAnswer';
  /** Whether `ListTasks` knew the task of an adopted sync. */
  taskSearch?: 'Found' | 'NotListed' | 'Failed';
  /** `Enabled` or `Disabled`, of an adopted sync. */
  configurationStatus?: string;
  /** Fields of an existing sync that were changed. */
  changed?: string[];
  /** How often it was tried from the beginning; 0 when nothing was done. */
  attempts: number;
}

/** Phases of a batch; the last two are its ends. */
export const BATCH_PHASES = ['Running', 'Paused', 'Blocked', 'Completed', 'Cancelled'] as const;
export type BatchPhase = (typeof BATCH_PHASES)[number];

/** What the query `progress` answers. Instants are ISO 8601 in UTC. */
export interface BatchProgress {
  zoneId: string;
  phase: BatchPhase;
  /** Items of the batch. */
  total: number;
  /** Of these, how many have an outcome, by outcome; those that are not over count as `StillFollowed` or `NotStarted`. */
  outcomes: Partial<Record<ItemOutcome, number>>;
  startedAt: string;
  endedAt?: string;
  pausedReason?: string;
  /** The error that needs a person. */
  blockedBy?: CheckError & { since: string };
  /** The passing error that is ridden out. */
  degradedBy?: CheckError & { since: string; count: number };
  /** Workflow ids of the parts of a large batch: each has the lines of its items. */
  parts?: string[];
}

/** What a batch closes with: `lines` for each item, or the `parts` that have them. */
export interface BatchReport extends BatchProgress {
  endedAt: string;
  durationSeconds: number;
  /** In the order of the items. */
  lines?: ReportLine[];
}

/**
 * Memo field with the lines, from the end on, of a part and of a batch that was cancelled: neither has them in its result.
 */
export const LINES_MEMO = 'lines';

/** Argument of the query `report`. */
export interface ReportPage {
  /** First line. Default 0. */
  offset?: number;
  /** Most lines. Default: all. */
  limit?: number;
}

/** Argument of `readUserSyncs`. */
export interface ReadUserSyncsInput {
  zoneId: string;
  /** Only these. Default: every user sync of the zone. */
  keys?: UserSyncKey[];
  /** Goes on after an earlier answer. */
  nextToken?: string;
}

/** What `readUserSyncs` answers: user syncs of the zone, some pages of them at a time. */
export interface ReadUserSyncsAnswer {
  syncs: UserSync[];
  /** Absent when these were the last. */
  nextToken?: string;
}

/** Type of the failure of a `readUserSyncs` that the cloud refuses; its detail is the `CheckError`. */
export const READ_REFUSED_TYPE = 'ProvisioningReadRefused';

/** Items of one part of a batch: after a crash its history is replayed, at about 6 events for each. */
export const PART_SIZE = 200;
/**
 * Time of one workflow task of a batch, in seconds: after a crash one worker replays every part that runs, some seconds
 * each, and the server's 10 s would cut all of them again and again.
 */
export const BATCH_TASK_SECONDS = 30;
/** Longest input, in bytes of JSON: more goes into a file. */
export const MAX_INPUT_BYTES = 1_500_000;
export const DEFAULT_CHUNK_SIZE = 20;
export const MAX_CHUNK_SIZE = 100;
export const DEFAULT_MAX_IN_FLIGHT = 2_000;
export const MAX_IN_FLIGHT = 10_000;

const OPTION_FIELDS = ['maxInFlight', 'follow', 'cancelFollows', 'requestedBy', 'note'];
const SOURCE_FIELDS = ['zoneId', 'items', 'itemsFile'];
const PROVISION_FIELDS = new Set([...SOURCE_FIELDS, ...OPTION_FIELDS, 'chunkSize', 'allowTakeOver', 'updateExisting']);
const DEPROVISION_FIELDS = new Set([...SOURCE_FIELDS, ...OPTION_FIELDS, 'dryRun']);
const FOLLOW_FIELDS = new Set(['deadlineSeconds', 'polling', 'notFoundGraceSeconds']);
const POLLING_FIELDS = Object.keys(DEFAULT_POLLING) as (keyof Polling)[];
/** Name in a folder: nothing that could lead out of it. */
const FILE_NAME = /^[\w-][\w.-]{0,127}$/;

/**
 * Lists the faults of a {@link ProvisionUsersInput}, none when it is good.
 *
 * @param input - anything that came from outside
 */
export function provisionUsersFaults(input: unknown): string[] {
  if (!isRecord(input)) return ['input must be an object'];
  return [
    ...unknownFields(input, PROVISION_FIELDS, ''),
    ...batchFaults(input),
    ...countFaults('chunkSize', input.chunkSize, MAX_CHUNK_SIZE),
    ...flagFaults('allowTakeOver', input.allowTakeOver),
    ...flagFaults('updateExisting', input.updateExisting),
    ...(Array.isArray(input.items)
      ? [...itemFaults(input.items, PROVISION_ITEMS), ...takeOverFaults(input.items, input.allowTakeOver)]
      : []),
  ];
}

/**
 * Lists the faults of a {@link DeprovisionUsersInput}, none when it is good.
 *
 * @param input - anything that came from outside
 */
export function deprovisionUsersFaults(input: unknown): string[] {
  if (!isRecord(input)) return ['input must be an object'];
  return [
    ...unknownFields(input, DEPROVISION_FIELDS, ''),
    ...batchFaults(input),
    ...flagFaults('dryRun', input.dryRun),
    ...(Array.isArray(input.items) ? itemFaults(input.items, DEPROVISION_ITEMS) : []),
  ];
}

/**
 * Lists the faults of a {@link ReadUserSyncsInput}, none when it is good.
 *
 * @param input - anything that came from outside
 */
export function readUserSyncsFaults(input: unknown): string[] {
  if (!isRecord(input)) return ['input must be an object'];
  const { keys, nextToken } = input;
  return [
    ...unknownFields(input, new Set(['zoneId', 'keys', 'nextToken']), ''),
    ...idFaults('zoneId', input.zoneId),
    ...(keys === undefined || Array.isArray(keys) ? [] : ['keys must be an array']),
    ...(Array.isArray(keys) ? keys.flatMap((key, index) => userSyncKeyFaults(key, `keys[${index}].`)) : []),
    ...(nextToken === undefined || typeof nextToken === 'string' ? [] : ['nextToken must be a string']),
    ...(keys !== undefined && nextToken !== undefined ? ['input must have either keys or nextToken'] : []),
  ];
}

/** How the items of one kind of batch are checked. */
export interface ItemKind<Item> {
  faultsOf: (item: unknown, prefix: string) => string[];
  resolve: (item: Item) => Item;
  /** The same for two items that mean the same user sync. */
  nameOf: (item: Item) => string;
}

export const PROVISION_ITEMS: ItemKind<UserSyncItem> = {
  faultsOf: userSyncItemFaults,
  resolve: resolveUserSyncItem,
  nameOf: userSyncName,
};
export const DEPROVISION_ITEMS: ItemKind<UserSyncRef> = {
  faultsOf: userSyncRefFaults,
  resolve: resolveUserSyncRef,
  nameOf: userSyncRefName,
};

/**
 * Lists the faults of items, those that mean the same included.
 *
 * @param items - anything that came from outside
 */
export function itemFaults<Item>(items: readonly unknown[], kind: ItemKind<Item>): string[] {
  const firstOf = new Map<string, number>();
  return items.flatMap((item, index) => {
    const faults = kind.faultsOf(item, `items[${index}].`);
    if (faults.length > 0) return faults;
    const name = kind.nameOf(kind.resolve(item as Item));
    const first = firstOf.get(name);
    if (first !== undefined) return [`items[${index}] is the same as items[${first}]: ${name}`];
    firstOf.set(name, index);
    return [];
  });
}

/** Lists the items that replace existing users without having been allowed to. */
export function takeOverFaults(items: readonly unknown[], allowTakeOver: unknown): string[] {
  if (allowTakeOver === true) return [];
  return items.flatMap((item, index) =>
    isRecord(item) && item.duplicationStrategy === 'TakeOver'
      ? [
          `items[${index}].duplicationStrategy is TakeOver, which replaces existing users of the sub-account: set allowTakeOver when that is wanted`,
        ]
      : [],
  );
}

function batchFaults(input: Record<string, unknown>): string[] {
  const { items, itemsFile, follow } = input;
  const isGiven = (items === undefined) !== (itemsFile === undefined);
  return [
    ...idFaults('zoneId', input.zoneId),
    ...(isGiven ? [] : ['input must have either items or itemsFile']),
    ...(items === undefined || (Array.isArray(items) && items.length > 0) ? [] : ['items must be a non-empty array']),
    ...(itemsFile === undefined ? [] : fileFaults(itemsFile)),
    ...countFaults('maxInFlight', input.maxInFlight, MAX_IN_FLIGHT),
    ...(follow === undefined ? [] : followFaults(follow)),
    ...flagFaults('cancelFollows', input.cancelFollows),
    ...textFaults('requestedBy', input.requestedBy),
    ...textFaults('note', input.note),
  ];
}

function fileFaults(file: unknown): string[] {
  if (!isRecord(file)) return ['itemsFile must be an object'];
  const { name, sha256, count } = file;
  return [
    ...unknownFields(file, new Set(['name', 'sha256', 'count']), 'itemsFile.'),
    ...(typeof name === 'string' && FILE_NAME.test(name)
      ? []
      : ['itemsFile.name must be the name of a file without a path: letters, digits, ".", "-" and "_"']),
    ...(typeof sha256 === 'string' && /^[\da-f]{64}$/.test(sha256)
      ? []
      : ['itemsFile.sha256 must be 64 hexadecimal digits in lower case']),
    ...(count === undefined ? ['itemsFile.count must be given'] : countFaults('itemsFile.count', count, 1_000_000)),
  ];
}

function followFaults(follow: unknown): string[] {
  if (!isRecord(follow)) return ['follow must be an object'];
  return [
    ...unknownFields(follow, FOLLOW_FIELDS, 'follow.'),
    ...durationFaults('follow.deadlineSeconds', follow.deadlineSeconds, 'positive'),
    ...durationFaults('follow.notFoundGraceSeconds', follow.notFoundGraceSeconds, 'zero or more'),
    ...(follow.polling === undefined
      ? []
      : pollingFaults(follow.polling, 'follow.polling.', POLLING_FIELDS, DEFAULT_POLLING)),
  ];
}

function countFaults(field: string, value: unknown, max: number): string[] {
  const isGood = value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max);
  return isGood ? [] : [`${field} must be a whole number from 1 to ${max}`];
}

function flagFaults(field: string, value: unknown): string[] {
  return value === undefined || typeof value === 'boolean' ? [] : [`${field} must be true or false`];
}
