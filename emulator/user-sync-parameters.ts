import { isRecord } from './json-reader';
import { checkParameters, invalidParameter, type Parameters } from './parameters';
import { type Refusal } from './signature';
import { PRINCIPAL_TYPES, type SyncIdentity, TARGET_TYPES } from './sync-identity';
import { DELETION_STRATEGIES, DUPLICATION_STRATEGIES, type UserSyncSettings, type WantedUserSync } from './user-syncs';

/** A parameter that may be left out. */
export type Optional<T> = T | null | undefined;

/** One entry of a Create as it comes. */
export interface UserSyncProvisioning {
  PrincipalId: string;
  PrincipalType: SyncIdentity['principalType'];
  TargetUin: number | bigint;
  TargetType: SyncIdentity['targetType'];
  Description?: Optional<string>;
  DuplicationStrategy?: Optional<UserSyncSettings['duplicationStrategy']>;
  DeletionStrategy?: Optional<UserSyncSettings['deletionStrategy']>;
}

/** What narrows a list. */
export type IdentityFilter = {
  [Name in 'PrincipalId' | 'PrincipalType' | 'TargetUin' | 'TargetType']?: Optional<UserSyncProvisioning[Name]>;
};

const SYNC: Parameters = { ZoneId: 'String', UserProvisioningId: 'String' };
const IDENTITY: Parameters = {
  PrincipalId: 'String',
  PrincipalType: 'String',
  TargetUin: 'Int64',
  TargetType: 'String',
};
const PAGE: Parameters = { NextToken: 'String', MaxResults: 'Integer' };
const PARAMETERS = {
  CreateUserSyncProvisioning: { required: { ZoneId: 'String', UserSyncProvisionings: 'Array' }, optional: {} },
  DeleteUserSyncProvisioning: { required: SYNC, optional: {} },
  UpdateUserSyncProvisioning: {
    required: SYNC,
    optional: { NewDescription: 'String', NewDuplicationStateful: 'String', NewDeletionStrategy: 'String' },
  },
  GetUserSyncProvisioning: { required: SYNC, optional: {} },
  ListUserSyncProvisionings: { required: { ZoneId: 'String' }, optional: { ...IDENTITY, Filter: 'String', ...PAGE } },
  ListTasks: {
    required: { ZoneId: 'String' },
    optional: { ...IDENTITY, RoleConfigurationId: 'String', Status: 'String', TaskType: 'String', ...PAGE },
  },
} as const satisfies Record<string, { required: Parameters; optional: Parameters }>;
const ENTRY_SETTINGS: Parameters = {
  Description: 'String',
  DuplicationStrategy: 'String',
  DeletionStrategy: 'String',
};
const VALUES: Readonly<Record<string, readonly string[]>> = {
  PrincipalType: PRINCIPAL_TYPES,
  TargetType: TARGET_TYPES,
  DuplicationStrategy: DUPLICATION_STRATEGIES,
  NewDuplicationStateful: DUPLICATION_STRATEGIES,
  DeletionStrategy: DELETION_STRATEGIES,
  NewDeletionStrategy: DELETION_STRATEGIES,
  Status: ['InProgress', 'Success', 'Failed'],
};
const MAX_RESULTS = 100;

/** An action of {@link USER_SYNC_ACTIONS}. */
export type UserSyncAction = keyof typeof PARAMETERS;

/** The actions that keep user syncs, and the one that lists their tasks. */
export const USER_SYNC_ACTIONS = Object.keys(PARAMETERS) as UserSyncAction[];

/** Checks the parameters of a call, first those of the request, then those of each entry of a Create. */
export function checkUserSyncCall(
  action: UserSyncAction,
  params: Readonly<Record<string, unknown>> | undefined,
): Refusal | undefined {
  const { required, optional } = PARAMETERS[action];
  const refusal = checkParameters(params, required, optional) ?? checkValues(params ?? {});
  if (refusal || action !== 'CreateUserSyncProvisioning') return refusal;
  return checkEntries((params?.['UserSyncProvisionings'] ?? []) as unknown[]);
}

/** Reads one entry of a Create, with the defaults of what it leaves out. */
export function wantedUserSync(entry: UserSyncProvisioning): WantedUserSync {
  return {
    principalType: entry.PrincipalType,
    principalId: entry.PrincipalId,
    targetType: entry.TargetType,
    targetUin: String(entry.TargetUin),
    description: entry.Description ?? '',
    duplicationStrategy: entry.DuplicationStrategy ?? 'KeepBoth',
    deletionStrategy: entry.DeletionStrategy ?? 'Keep',
  };
}

/** Reads what narrows a list. */
export function identityFilter(filter: IdentityFilter): Partial<SyncIdentity> {
  const { PrincipalType: principalType, PrincipalId: principalId, TargetType: targetType, TargetUin } = filter;
  return {
    ...(principalType && { principalType }),
    ...(typeof principalId === 'string' && { principalId }),
    ...(targetType && { targetType }),
    ...(TargetUin !== undefined && TargetUin !== null && { targetUin: String(TargetUin) }),
  };
}

function checkEntries(entries: readonly unknown[]): Refusal | undefined {
  if (entries.length === 0) return invalidValue('UserSyncProvisionings', 'must not be empty');
  for (const [index, entry] of entries.entries()) {
    const name = `UserSyncProvisionings.${index}`;
    if (!isRecord(entry)) return invalidParameter(`The value type of parameter \`${name}\` is not Object.`);
    const refusal = checkParameters(entry, IDENTITY, ENTRY_SETTINGS, `${name}.`) ?? checkValues(entry, `${name}.`);
    if (refusal) return refusal;
  }
  return undefined;
}

function checkValues(params: Readonly<Record<string, unknown>>, prefix = ''): Refusal | undefined {
  for (const [name, words] of Object.entries(VALUES)) {
    const value = params[name];
    if (typeof value === 'string' && !words.includes(value)) {
      return invalidValue(`${prefix}${name}`, `must be one of ${words.join(', ')}`);
    }
  }
  const { MaxResults: results } = params;
  if (typeof results === 'number' && (results < 1 || results > MAX_RESULTS)) {
    return invalidValue('MaxResults', `must be from 1 to ${MAX_RESULTS}`);
  }
  return undefined;
}

function invalidValue(name: string, rule: string): Refusal {
  return { code: 'InvalidParameterValue', message: `The value of parameter \`${name}\` ${rule}.` };
}
