/** Whom a user sync synchronizes. */
export const PRINCIPAL_TYPES = ['User', 'Group'] as const;
/** What kind of account it synchronizes them to. */
export const TARGET_TYPES = ['ManagerUin', 'MemberUin'] as const;

/** Whom a user sync synchronizes, and to which account; a zone has at most one sync of each. */
export interface SyncIdentity {
  principalType: (typeof PRINCIPAL_TYPES)[number];
  principalId: string;
  targetType: (typeof TARGET_TYPES)[number];
  /** In decimal digits, for it may exceed what a number holds exactly. */
  targetUin: string;
}

/** Builds a key that is the same for equal identities only. */
export function identityKey({ principalType, principalId, targetType, targetUin }: SyncIdentity): string {
  return JSON.stringify([principalType, principalId, targetType, targetUin]);
}
