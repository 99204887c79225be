import { createTaskOf, type Directory, refuseUnknown } from './directory';
import { IdentityIndex } from './identity-index';
import { type Refusal } from './signature';
import { identityKey, type SyncIdentity } from './sync-identity';
import { type UserSyncTask, type ZoneTasks } from './zone-tasks';

/** What happens where the target account has a user of that name. */
export const DUPLICATION_STRATEGIES = ['KeepBoth', 'TakeOver'] as const;
/** What happens to the synchronized user when the sync is removed. */
export const DELETION_STRATEGIES = ['Delete', 'Keep'] as const;

/** What an Update may change. */
export interface UserSyncSettings {
  description: string;
  duplicationStrategy: (typeof DUPLICATION_STRATEGIES)[number];
  deletionStrategy: (typeof DELETION_STRATEGIES)[number];
}

/** One entry of a Create. */
export interface WantedUserSync extends SyncIdentity, UserSyncSettings {}

/** A user sync that was ever there; created again after its removal it is the same one under a new id. */
export interface UserSyncRecord extends WantedUserSync {
  userProvisioningId: string;
  /** How often Create has made it; more than once only after a removal. */
  creations: number;
  /** Create calls received that named it while it existed, whatever became of them: blind repeats show here. */
  createCalls: number;
  exists: boolean;
}

/** A user sync as the zone keeps it. */
export interface UserSync extends UserSyncRecord {
  /** Grows from creation to creation. */
  number: number;
  /** Epoch ms by the emulator's `now`. */
  createdAt: number;
  updatedAt: number;
  /** Task of the last Delete, unless that is known to have failed. */
  deleteTaskId?: string | undefined;
}

/** A user sync, and the task that Create or Delete has just started for it. */
export interface Started {
  sync: UserSync;
  task: UserSyncTask;
}

const OVER_LIMIT: Refusal = {
  code: 'FailedOperation.UserProvisioningOverLimit',
  message: 'The space has as many user synchronizations as it may have.',
};

/** The user syncs of one zone. */
export class UserSyncs {
  /** All that ever were, by {@link identityKey}. */
  private readonly syncs = new Map<string, UserSync>();
  private readonly existing = new IdentityIndex<UserSync>();
  private readonly byId = new Map<string, UserSync>();

  constructor(
    private readonly tasks: ZoneTasks,
    private readonly nextNumber: () => number,
    private readonly now: () => number,
  ) {}

  /** Counts a Create call for each user sync that it names and that exists. */
  noteCreateCall(wanted: readonly SyncIdentity[]): void {
    const named = new Set(wanted.map((each) => this.find(each)));
    for (const sync of named) if (sync) sync.createCalls += 1;
  }

  /** Creates user syncs and starts their tasks, or refuses the whole call for its first offending entry. */
  create(wanted: readonly WantedUserSync[], directory: Directory): { started: Started[] } | { refusal: Refusal } {
    const { maxPerCall = 50, partialCreate = false } = directory;
    if (wanted.length > maxPerCall) {
      const message = `At most ${maxPerCall} user synchronizations can be created in a call.`;
      return { refusal: { code: 'LimitExceeded.CreateUserSyncProvisioningLimitExceeded', message } };
    }
    const offending = this.findOffending(wanted, directory);
    if (offending && !partialCreate) return { refusal: offending.refusal };
    const started = wanted.slice(0, offending?.index).map((each) => this.createOne(each, directory));
    return offending ? { refusal: offending.refusal } : { started };
  }

  /** Starts the removal of a user sync; `undefined` when there is none of that id, or its removal goes on already. */
  remove(userProvisioningId: string, { deleteTask }: Directory): Started | undefined {
    const sync = this.get(userProvisioningId);
    if (!sync || sync.deleteTaskId !== undefined) return undefined;
    const task = this.tasks.start(sync, 'DeleteProvisioning', deleteTask);
    sync.deleteTaskId = task.taskId;
    return { sync, task };
  }

  /** Changes settings of a user sync; `undefined` when there is none of that id. */
  update(userProvisioningId: string, settings: Partial<UserSyncSettings>): UserSync | undefined {
    const sync = this.get(userProvisioningId);
    return sync && Object.assign(sync, settings, { updatedAt: this.now() });
  }

  /** Finds an existing user sync by its id. */
  get(userProvisioningId: string): UserSync | undefined {
    return this.ifExists(this.byId.get(userProvisioningId));
  }

  /** Lists the existing user syncs that match, the oldest first. */
  matching(filter: Partial<SyncIdentity>): UserSync[] {
    return this.existing.matching(filter).filter((sync) => this.ifExists(sync));
  }

  /** Tells what became of each user sync that ever was. */
  records(): UserSyncRecord[] {
    return [...this.syncs.values()].map((sync) => {
      const { number: _number, createdAt: _createdAt, updatedAt: _updatedAt, deleteTaskId: _taskId, ...record } = sync;
      return { ...record, exists: this.ifExists(sync) !== undefined };
    });
  }

  private find(identity: SyncIdentity): UserSync | undefined {
    return this.ifExists(this.syncs.get(identityKey(identity)));
  }

  private findOffending(
    wanted: readonly WantedUserSync[],
    directory: Directory,
  ): { index: number; refusal: Refusal } | undefined {
    const { maxSyncs } = directory;
    const room = maxSyncs === undefined ? Infinity : maxSyncs - this.matching({}).length;
    const named = new Set<string>();
    for (const [index, each] of wanted.entries()) {
      const isThere = this.find(each) !== undefined || named.has(identityKey(each));
      const refusal =
        refuseUnknown(directory, each) ??
        (isThere ? alreadyExists(each) : undefined) ??
        (index >= room ? OVER_LIMIT : undefined);
      if (refusal) return { index, refusal };
      named.add(identityKey(each));
    }
    return undefined;
  }

  private createOne(wanted: WantedUserSync, directory: Directory): Started {
    const number = this.nextNumber();
    const at = this.now();
    const former = this.syncs.get(identityKey(wanted));
    const sync: UserSync = {
      ...wanted,
      number,
      userProvisioningId: `up-${number}`,
      createdAt: at,
      updatedAt: at,
      creations: (former?.creations ?? 0) + 1,
      createCalls: former?.createCalls ?? 0,
      exists: true,
    };
    this.syncs.set(identityKey(wanted), sync);
    this.byId.set(sync.userProvisioningId, sync);
    this.existing.add(sync);
    const task = this.tasks.start(sync, 'StartProvisioning', createTaskOf(directory, sync.principalId));
    return { sync, task };
  }

  /** Removals end by the clock alone, so whether one has ended is found out when someone looks. */
  private ifExists(sync: UserSync | undefined): UserSync | undefined {
    if (sync?.deleteTaskId === undefined || !sync.exists) return sync?.exists ? sync : undefined;
    const status = this.tasks.get(sync.deleteTaskId)?.next().status;
    if (status === 'Failed') sync.deleteTaskId = undefined;
    if (status !== 'Success') return sync;
    sync.exists = false;
    this.existing.delete(sync);
    this.byId.delete(sync.userProvisioningId);
    return undefined;
  }
}

function alreadyExists({ principalId, targetUin }: SyncIdentity): Refusal {
  const message = `The user synchronization of \`${principalId}\` to \`${targetUin}\` already exists.`;
  return { code: 'FailedOperation.UserProvisioningAlreadyExists', message };
}
