import type { CheckError, ListedTask, UserSync, UserSyncItem, UserSyncKey } from '../../../src/contract';
import { userSyncName } from '../../../src/contract';
import { judgeFailure, type CallResult } from '../../../src/workflows/batch/call-result';
import type { RawCalls } from '../../../src/workflows/batch/sync-calls';

/** What becomes of one call: answered, or one of the faults that a network, a gateway or a dying worker brings. */
export type Fate =
  | 'answered'
  | 'throttled'
  | 'unreachable'
  | 'lost before the work'
  | 'lost after the work'
  /** The cloud works on after the answer was lost, for some seconds. */
  | 'lost while at work';

/** How the cloud of one run is. */
export interface CloudPlan {
  /** One for each call in turn; after the last every call is answered. */
  fates: readonly Fate[];
  maxPerCall: number;
  /** A refused list may have been done in part. */
  partialCreate: boolean;
  listsTasks: boolean;
  unknownUsers: ReadonlySet<string>;
}

interface KnownSync {
  sync: UserSync;
  taskId: string;
  creations: number;
  repeats: number;
  exists: boolean;
  deleteTaskId?: string;
}

/** So long a call is at work whose answer was lost. */
const LATE_SECONDS = 5;

/** A clock that runs when nothing else does. */
export class VirtualTime {
  seconds = 0;
  private sleepers: Sleeper[] = [];

  sleep(seconds: number, holds?: () => boolean): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ at: this.seconds + seconds, wake, ...(holds && { holds }) }));
  }

  /** Lets work and time pass until the work is over. */
  async run(work: Promise<unknown>): Promise<void> {
    let isOver = false;
    const done = work.finally(() => (isOver = true));
    done.catch(() => undefined);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) break;
      const ready = this.sleepers.find(({ holds }) => holds?.());
      const next = ready ?? this.sleepers.reduce((one, other) => (other.at < one.at ? other : one), FAR);
      if (next === FAR) throw new Error('The work waits for nothing');
      this.sleepers = this.sleepers.filter((sleeper) => sleeper !== next);
      if (!ready) this.seconds = next.at;
      next.wake();
    }
    await done;
  }
}

interface Sleeper {
  at: number;
  wake: () => void;
  holds?: () => boolean;
}

const FAR: Sleeper = { at: Infinity, wake: () => undefined };

/** A cloud in memory that refuses, works and loses answers as planned. */
export class SimulatedCloud implements RawCalls {
  readonly syncs = new Map<string, KnownSync>();
  private calls = 0;
  private ids = 0;

  constructor(
    private readonly plan: CloudPlan,
    private readonly time: VirtualTime,
  ) {}

  /** Makes a sync that was there before. */
  add(item: UserSyncItem): KnownSync {
    this.ids += 1;
    const { duplicationStrategy: _duplication, deletionStrategy: _deletion, description: _description, ...key } = item;
    const known: KnownSync = {
      sync: { ...key, userProvisioningId: `up-${this.ids}`, status: 'Enabled' },
      taskId: `t-${this.ids}`,
      creations: 0,
      repeats: 0,
      exists: true,
    };
    this.syncs.set(userSyncName(item), known);
    return known;
  }

  create(items: UserSyncItem[]) {
    return this.call(true, () => {
      for (const item of items) {
        const known = this.syncs.get(userSyncName(item));
        if (known?.exists && known.creations > 0) known.repeats += 1;
      }
      if (items.length > this.plan.maxPerCall) {
        return refusal('LimitExceeded.CreateUserSyncProvisioningLimitExceeded');
      }
      const bad = items.findIndex((item) => this.codeOf(item) !== undefined);
      const good = bad < 0 ? items : this.plan.partialCreate ? items.slice(0, bad) : [];
      const made = good.map((item) => {
        const known = this.add(item);
        known.creations += 1;
        return known;
      });
      if (bad >= 0) return refusal(this.codeOf(items[bad] as UserSyncItem) ?? '');
      return {
        tasks: made.map(({ sync, taskId }) => ({
          ...keyOf(sync),
          taskId,
          userProvisioningId: sync.userProvisioningId,
        })),
      };
    });
  }

  remove(id: string) {
    return this.call(true, () => {
      const known = this.byId(id);
      if (!known) return refusal('ResourceNotFound.UserProvisioningNotFound');
      known.exists = false;
      this.ids += 1;
      known.deleteTaskId = `t-${this.ids}`;
      return { task: { taskId: known.deleteTaskId } };
    });
  }

  update() {
    return this.call(true, () => ({}));
  }

  get(id: string) {
    return this.call(false, () => this.byId(id)?.sync ?? refusal('ResourceNotFound.UserProvisioningNotFound'));
  }

  list({ principalId }: Partial<UserSyncKey>) {
    return this.call(false, () => ({
      syncs: [...this.syncs.values()]
        .filter(({ exists, sync }) => exists && sync.principalId === principalId)
        .map(({ sync }) => sync),
    }));
  }

  listTasks({ principalId, taskType }: Partial<UserSyncKey> & { taskType?: string }) {
    return this.call(false, () => ({
      tasks: this.plan.listsTasks
        ? [...this.syncs.values()]
            .filter(({ sync }) => sync.principalId === principalId)
            .flatMap(({ sync, taskId, deleteTaskId }): ListedTask[] => [
              { ...keyOf(sync), taskId, taskType: 'StartProvisioning' },
              ...(deleteTaskId === undefined
                ? []
                : [{ ...keyOf(sync), taskId: deleteTaskId, taskType: 'DeleteProvisioning' }]),
            ])
            .filter((task) => task.taskType === taskType)
        : [],
    }));
  }

  private byId(id: string): KnownSync | undefined {
    return [...this.syncs.values()].find(({ exists, sync }) => exists && sync.userProvisioningId === id);
  }

  private codeOf(item: UserSyncItem): string | undefined {
    if (this.plan.unknownUsers.has(item.principalId)) return 'ResourceNotFound.UserNotExist';
    return this.syncs.get(userSyncName(item))?.exists ? 'FailedOperation.UserProvisioningAlreadyExists' : undefined;
  }

  private async call<Answer extends object>(
    isWrite: boolean,
    work: () => Answer | Refusal,
  ): Promise<CallResult<Exclude<Answer, Refusal>>> {
    await this.time.sleep(0.1);
    const fate = this.plan.fates[this.calls] ?? 'answered';
    this.calls += 1;
    switch (fate) {
      case 'answered': {
        const answer = work();
        return isRefusal(answer)
          ? failure('permanent', answer.refused, isWrite)
          : { kind: 'done', answer: answer as Exclude<Answer, Refusal> };
      }
      case 'throttled':
        return failure('throttled', 'RequestLimitExceeded', isWrite);
      case 'unreachable':
        return failure('transient', 'ClientError.ConnectionRefused', isWrite);
      case 'lost before the work':
        return failure('transient', 'InternalError', isWrite, true);
      case 'lost after the work':
        work();
        // As when the worker dies: no word of the call at all.
        return judgeFailure(undefined, undefined, 'the worker gave no answer', isWrite);
      case 'lost while at work':
        if (isWrite) void this.time.sleep(LATE_SECONDS).then(work);
        return failure('transient', 'ClientError.Timeout', isWrite, true);
    }
  }
}

interface Refusal {
  refused: string;
}

function refusal(code: string): Refusal {
  return { refused: code };
}

function isRefusal(answer: object): answer is Refusal {
  return 'refused' in answer;
}

function failure(errorClass: string, code: string, isWrite: boolean, mayHaveRun = false): CallResult<never> {
  const error: CheckError = { code, message: `said ${code}`, ...(mayHaveRun && { mayHaveRun: true }) };
  return judgeFailure(`CloudCall.${errorClass}`, error, code, isWrite);
}

function keyOf({ principalType, principalId, targetType, targetUin }: UserSyncKey): UserSyncKey {
  return { principalType, principalId, targetType, targetUin };
}
