import { idFaults, isRecord, textFaults, unknownFields } from './checks';

/** Whom a user sync synchronizes. */
export const PRINCIPAL_TYPES = ['User', 'Group'] as const;
/** Where to: the organization's admin account, or a member account. */
export const TARGET_TYPES = ['ManagerUin', 'MemberUin'] as const;
/** What happens where the sub-account has a user of that name: a second one with a suffix, or it is replaced. */
export const DUPLICATION_STRATEGIES = ['KeepBoth', 'TakeOver'] as const;
/** What happens to the synchronized user when the sync is removed. */
export const DELETION_STRATEGIES = ['Keep', 'Delete'] as const;

/** What tells a user sync from every other of its zone. */
export interface UserSyncKey {
  principalType: (typeof PRINCIPAL_TYPES)[number];
  /** E.g. `u-djw98wnd0000` or `g-djw98wnd0000`. */
  principalId: string;
  targetType: (typeof TARGET_TYPES)[number];
  /** Account id: decimal digits, since not every number of the cloud's 64 bits is exact in JSON. */
  targetUin: string;
}

/** A user sync as it should be. */
export interface UserSyncItem extends UserSyncKey {
  /** Default `KeepBoth`. `TakeOver` replaces an existing user of the sub-account. */
  duplicationStrategy?: (typeof DUPLICATION_STRATEGIES)[number];
  /** Default `Keep`. */
  deletionStrategy?: (typeof DELETION_STRATEGIES)[number];
  /** At most 1,000 characters. */
  description?: string;
}

/** A user sync as the cloud has it; strings verbatim, absent where the cloud gave none. */
export interface UserSync extends UserSyncKey {
  userProvisioningId: string;
  /** `Enabled` or `Disabled`: the state of the configuration, not of a task. */
  status?: string;
  principalName?: string;
  targetName?: string;
  duplicationStrategy?: string;
  deletionStrategy?: string;
  description?: string;
  /** As the cloud writes it, without a zone. */
  createTime?: string;
  updateTime?: string;
}

/** Names the user sync that is to be removed: by its id, or by what it synchronizes. */
export type UserSyncRef = { userProvisioningId: string; principalId?: undefined } | UserSyncKey;

const KEY_FIELDS = ['principalType', 'principalId', 'targetType', 'targetUin'] as const;
/** What an update of a user sync can change. */
const CHANGEABLE_FIELDS = ['duplicationStrategy', 'deletionStrategy', 'description'] as const;
const ITEM_FIELDS = new Set<string>([...KEY_FIELDS, ...CHANGEABLE_FIELDS]);
const REF_FIELDS = new Set([...KEY_FIELDS, 'userProvisioningId']);
const MAX_UIN = 2n ** 63n - 1n;

/** Names a user sync within its zone, the same for all that have the same key. */
export function userSyncName({ principalType, principalId, targetType, targetUin }: UserSyncKey): string {
  return `${principalType} ${principalId} → ${targetType} ${targetUin}`;
}

/** A field in which a user sync that exists is not as wanted. */
export interface UserSyncDifference {
  field: (typeof CHANGEABLE_FIELDS)[number];
  wanted: string;
  /** Absent where the cloud gave none. */
  existing?: string;
}

/** Lists the fields that an item gives and in which an existing user sync differs. */
export function userSyncDifferences(item: UserSyncItem, sync: UserSync): UserSyncDifference[] {
  return CHANGEABLE_FIELDS.flatMap((field) => {
    const { [field]: wanted } = item;
    const { [field]: existing } = sync;
    // The cloud may leave an empty text out.
    if (wanted === undefined || wanted === (existing ?? '')) return [];
    return [{ field, wanted, ...(existing !== undefined && { existing }) }];
  });
}

/** Returns the key of a user sync alone. */
export function userSyncKey({ principalType, principalId, targetType, targetUin }: UserSyncKey): UserSyncKey {
  return { principalType, principalId, targetType, targetUin };
}

/** Names what is to be removed. */
export function userSyncRefName(ref: UserSyncRef): string {
  return ref.principalId === undefined ? ref.userProvisioningId : userSyncName(ref);
}

/**
 * Lists the faults of a {@link UserSyncItem}.
 *
 * @param item - anything that came from outside
 * @param prefix - stands before the name of each field, e.g. `items[3].`
 */
export function userSyncItemFaults(item: unknown, prefix: string): string[] {
  if (!isRecord(item)) return [`${nameOf(prefix)} must be an object`];
  return [
    ...unknownFields(item, ITEM_FIELDS, prefix),
    ...keyFaults(item, prefix),
    ...optionFaults(`${prefix}duplicationStrategy`, item.duplicationStrategy, DUPLICATION_STRATEGIES),
    ...optionFaults(`${prefix}deletionStrategy`, item.deletionStrategy, DELETION_STRATEGIES),
    ...textFaults(`${prefix}description`, item.description),
  ];
}

/**
 * Lists the faults of a {@link UserSyncKey}.
 *
 * @param key - anything that came from outside
 * @param prefix - stands before the name of each field, e.g. `keys[3].`
 */
export function userSyncKeyFaults(key: unknown, prefix: string): string[] {
  if (!isRecord(key)) return [`${nameOf(prefix)} must be an object`];
  return [...unknownFields(key, new Set(KEY_FIELDS), prefix), ...keyFaults(key, prefix)];
}

/**
 * Lists the faults of a {@link UserSyncRef}.
 *
 * @param ref - anything that came from outside
 * @param prefix - stands before the name of each field, e.g. `items[3].`
 */
export function userSyncRefFaults(ref: unknown, prefix: string): string[] {
  if (!isRecord(ref)) return [`${nameOf(prefix)} must be an object`];
  const faults = unknownFields(ref, REF_FIELDS, prefix);
  if (ref.userProvisioningId === undefined) return [...faults, ...keyFaults(ref, prefix)];
  const others = KEY_FIELDS.filter((field) => ref[field] !== undefined);
  const both = `${prefix}userProvisioningId stands alone: take ${others.join(', ')} away`;
  return [
    ...faults,
    ...idFaults(`${prefix}userProvisioningId`, ref.userProvisioningId),
    ...(others.length > 0 ? [both] : []),
  ];
}

/** Returns a checked item in one form: its account id as text. */
export function resolveUserSyncItem(item: UserSyncItem): UserSyncItem {
  return { ...item, targetUin: String(item.targetUin) };
}

/** Returns a checked reference in one form: its account id as text. */
export function resolveUserSyncRef(ref: UserSyncRef): UserSyncRef {
  return ref.principalId === undefined ? ref : { ...ref, targetUin: String(ref.targetUin) };
}

function keyFaults(record: Record<string, unknown>, prefix: string): string[] {
  return [
    ...optionFaults(`${prefix}principalType`, record.principalType ?? null, PRINCIPAL_TYPES),
    ...idFaults(`${prefix}principalId`, record.principalId),
    ...optionFaults(`${prefix}targetType`, record.targetType ?? null, TARGET_TYPES),
    ...uinFaults(`${prefix}targetUin`, record.targetUin),
  ];
}

function optionFaults(field: string, value: unknown, options: readonly string[]): string[] {
  if (value === undefined || options.some((option) => option === value)) return [];
  return [`${field} must be ${options.join(' or ')}`];
}

/** A whole number is taken too, as far as JSON keeps it exact. */
function uinFaults(field: string, value: unknown): string[] {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  const isUin = typeof text === 'string' && /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= MAX_UIN;
  return isUin ? [] : [`${field} must be the digits of an account id, e.g. "100000000001"`];
}

function nameOf(prefix: string): string {
  return prefix === '' ? 'the item' : prefix.slice(0, -1);
}
