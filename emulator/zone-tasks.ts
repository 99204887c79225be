import { IdentityIndex } from './identity-index';
import { type SyncIdentity } from './sync-identity';
import { Task, type TaskType } from './task';
import { type TaskScript } from './task-scripts';

/** A task that Create or Delete has started. */
export interface UserSyncTask extends SyncIdentity {
  /** Grows from task to task. */
  number: number;
  taskId: string;
  taskType: TaskType;
  userProvisioningId: string;
}

/** What became of one task that Create or Delete has started. */
export interface UserSyncTaskRecord {
  taskId: string;
  taskType: TaskType;
  userProvisioningId: string;
  /** The last one that GetProvisioningTaskStatus answered in full; absent before the first. */
  status?: string;
  /** Status calls received, also those whose answer was an error or got lost. */
  polls: number;
  /** Whether a terminal status (Success, Failed) was answered in full. */
  isFollowedToEnd: boolean;
}

/** The tasks of one zone: those that a script has set, and those of its user syncs. */
export class ZoneTasks {
  private readonly tasks = new Map<string, Task>();
  private readonly ofUserSyncs = new IdentityIndex<UserSyncTask>();

  constructor(
    private readonly nextNumber: () => number,
    private readonly now: () => number,
  ) {}

  /** Scripts a task, whether it was there or not, and restarts its clock, answers and counts. */
  set(taskId: string, script: TaskScript): void {
    const taskType = this.tasks.get(taskId)?.taskType ?? 'StartProvisioning';
    this.tasks.set(taskId, new Task(script, taskType, this.now));
  }

  /** Finds a task. */
  get(taskId: string): Task | undefined {
    return this.tasks.get(taskId);
  }

  /** Starts a task of a user sync under an id of its own. */
  start(
    sync: SyncIdentity & { userProvisioningId: string },
    taskType: TaskType,
    script: TaskScript | undefined = {},
  ): UserSyncTask {
    const number = this.nextFreeNumber();
    const { principalType, principalId, targetType, targetUin, userProvisioningId } = sync;
    const taskId = `t-${number}`;
    const started = { number, taskId, taskType, userProvisioningId, principalType, principalId, targetType, targetUin };
    this.tasks.set(taskId, new Task(script, taskType, this.now));
    this.ofUserSyncs.add(started);
    return started;
  }

  /** Lists the tasks of user syncs that match, the newest first. */
  ofUserSync(filter: Partial<SyncIdentity>): UserSyncTask[] {
    return this.ofUserSyncs.matching(filter).reverse();
  }

  /** Tells what became of each task of a user sync, the oldest first. */
  records(): UserSyncTaskRecord[] {
    return this.ofUserSyncs.matching({}).map(({ taskId, taskType, userProvisioningId }) => {
      const { status, polls = 0, isFollowedToEnd = false } = this.tasks.get(taskId) ?? {};
      return { taskId, taskType, userProvisioningId, ...(status !== undefined && { status }), polls, isFollowedToEnd };
    });
  }

  private nextFreeNumber(): number {
    const number = this.nextNumber();
    return this.tasks.has(`t-${number}`) ? this.nextFreeNumber() : number;
  }
}
