import { type SyncIdentity } from './sync-identity';

/** Entries that have a {@link SyncIdentity}, found by principal or target without a look at all the others. */
export class IdentityIndex<T extends SyncIdentity> {
  private readonly all = new Set<T>();
  private readonly byPrincipalId = new Map<string, Set<T>>();
  private readonly byTargetUin = new Map<string, Set<T>>();

  /** Adds an entry; its identity must not change from then on. */
  add(entry: T): void {
    this.all.add(entry);
    addTo(this.byPrincipalId, entry.principalId, entry);
    addTo(this.byTargetUin, entry.targetUin, entry);
  }

  /** Removes an entry. */
  delete(entry: T): void {
    this.all.delete(entry);
    this.byPrincipalId.get(entry.principalId)?.delete(entry);
    this.byTargetUin.get(entry.targetUin)?.delete(entry);
  }

  /** Lists the entries that equal a filter in each field it has, in the order in which they were added. */
  matching(filter: Partial<SyncIdentity>): T[] {
    const { principalType, principalId, targetType, targetUin } = filter;
    const none: ReadonlySet<T> = new Set();
    const ofPrincipal = principalId === undefined ? this.all : (this.byPrincipalId.get(principalId) ?? none);
    const ofTarget = targetUin === undefined ? this.all : (this.byTargetUin.get(targetUin) ?? none);
    return [...(ofPrincipal.size < ofTarget.size ? ofPrincipal : ofTarget)].filter(
      (entry) =>
        (principalType ?? entry.principalType) === entry.principalType &&
        (principalId ?? entry.principalId) === entry.principalId &&
        (targetType ?? entry.targetType) === entry.targetType &&
        (targetUin ?? entry.targetUin) === entry.targetUin,
    );
  }
}

function addTo<T>(sets: Map<string, Set<T>>, key: string, entry: T): void {
  const set = sets.get(key);
  if (set) set.add(entry);
  else sets.set(key, new Set([entry]));
}
