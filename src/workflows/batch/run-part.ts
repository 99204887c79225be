import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';

import {
  DEFAULT_CHUNK_SIZE,
  DEFAULT_MAX_IN_FLIGHT,
  type BatchOptions,
  type FollowInput,
  type UserSyncItem,
  type UserSyncRef,
} from '../../contract';
import { now } from '../now';

import { endItem, type BatchItem, type DeprovisionItem, type ProvisionItem } from './batch-items';
import type { BatchState } from './batch-progress';
import { createSyncs, nextChunk, redo, type CreatingRun } from './create-syncs';
import { endFollowed } from './followed-item';
import { startFollow } from './follow-task';
import { removeSync, type RemovingRun } from './remove-syncs';
import { patientCalls, type SyncCalls } from './sync-calls';
import { activityCalls, OpenWrites } from './workflow-calls';

/** What a part knows; its items are changed as things happen. */
export interface PartState<Wanted> {
  batch: BatchState;
  items: BatchItem<Wanted>[];
  /** Whether it may end once every item has. */
  mayEnd: () => boolean;
}

/** Removals that are begun at a time. */
const REMOVALS_AT_ONCE = 20;

/** Creates the syncs of all items and follows their tasks, until every item has ended or the batch is cancelled. */
export async function runCreation(
  state: PartState<UserSyncItem>,
  options: BatchOptions & { chunkSize?: number; updateExisting?: boolean },
): Promise<void> {
  const part = new Part(state, options);
  let chunkSize = options.chunkSize ?? DEFAULT_CHUNK_SIZE;
  const run: CreatingRun = {
    calls: part.calls,
    pause: part.pause,
    isCancelled: () => state.batch.isCancelled,
    follow: part.follow,
    beside: part.beside,
    tooLong: (length) => {
      chunkSize = Math.max(1, Math.min(chunkSize, Math.ceil(length / 2)));
    },
    updateExisting: options.updateExisting ?? false,
  };
  while (await part.mayBegin()) {
    const waiting: ProvisionItem[] = part.waiting();
    const again = waiting.find((item) => item.redo);
    if (again) part.beside(redo(again, run));
    else await createSyncs(nextChunk(waiting, Math.min(chunkSize, part.room())), run);
  }
  await part.settle();
}

/** Removes the syncs of all items and follows their tasks, until every item has ended or the batch is cancelled. */
export async function runRemoval(
  state: PartState<UserSyncRef>,
  options: BatchOptions & { dryRun?: boolean },
): Promise<void> {
  const part = new Part(state, options, REMOVALS_AT_ONCE);
  const run: RemovingRun = {
    calls: part.calls,
    pause: part.pause,
    isCancelled: () => state.batch.isCancelled,
    follow: part.follow,
    dryRun: options.dryRun ?? false,
  };
  while (await part.mayBegin()) {
    const [item]: DeprovisionItem[] = part.waiting();
    if (item) part.beside(removeSync(item, run));
  }
  await part.settle();
}

/** One part at work: what it waits for, and what it follows. */
class Part<Wanted> {
  readonly calls: SyncCalls;
  private readonly writes = new OpenWrites();
  private readonly follows = new Set<CancellationScope>();
  private readonly maxInFlight: number;
  private failure: Error | undefined;

  constructor(
    private readonly state: PartState<Wanted>,
    private readonly options: BatchOptions,
    private readonly maxStarting = Infinity,
  ) {
    const { zoneId, health } = state.batch;
    this.maxInFlight = options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT;
    const isCancelled = (): boolean => state.batch.isCancelled;
    this.calls = patientCalls(activityCalls(zoneId, this.writes), {
      health,
      isCancelled,
      now,
      until: async (holds, seconds) => {
        await condition(holds, seconds === undefined ? undefined : seconds * 1000);
      },
    });
    void condition(isCancelled).then(() => this.cancel());
  }

  readonly pause = async (seconds: number): Promise<void> => {
    await sleep(seconds * 1000);
  };

  /** Does work beside; its failure is that of the part. */
  readonly beside = (work: Promise<void>): void => {
    work.catch((error: unknown) => (this.failure ??= error instanceof Error ? error : new Error(String(error))));
  };

  /** Follows the task of an item to its end, and ends the item. */
  readonly follow = async (item: BatchItem<unknown>, taskId: string): Promise<void> => {
    const scope = new CancellationScope();
    this.follows.add(scope);
    try {
      const end = await scope.run(async () => {
        const wait = await startFollow(this.followInput(taskId));
        item.stage = 'following';
        return wait();
      });
      endFollowed(item, end);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      endItem(item, 'Cancelled', { reason: 'cancelled before its task was followed' });
    } finally {
      this.follows.delete(scope);
    }
  };

  waiting(): BatchItem<Wanted>[] {
    return this.state.items.filter(({ stage }) => stage === 'waiting');
  }

  /** How many more items may be begun. */
  room(): number {
    return this.maxInFlight - this.count('starting') - this.count('following');
  }

  /** Waits until an item may be begun; false when none will be any more. */
  async mayBegin(): Promise<boolean> {
    const { state } = this;
    await condition(
      () =>
        this.isOver() ||
        (state.batch.pausedReason === undefined &&
          this.count('waiting') > 0 &&
          this.room() > 0 &&
          this.count('starting') < this.maxStarting),
    );
    return !this.isOver();
  }

  /** Waits until what has begun is over, as far as it is waited for. */
  async settle(): Promise<void> {
    const { cancelFollows = false } = this.options;
    await condition(
      () =>
        this.failure !== undefined ||
        (this.count('starting') === 0 && (!cancelFollows || this.count('following') === 0)),
    );
    if (this.failure) throw this.failure;
  }

  private isOver(): boolean {
    const { batch, items, mayEnd } = this.state;
    const hasEnded = this.count('ended') === items.length && mayEnd();
    return this.failure !== undefined || batch.isCancelled || hasEnded;
  }

  private count(wanted: BatchItem<unknown>['stage']): number {
    return this.state.items.filter(({ stage }) => stage === wanted).length;
  }

  private cancel(): void {
    this.writes.withdraw();
    if (this.options.cancelFollows) for (const scope of this.follows) scope.cancel();
  }

  private followInput(taskId: string): FollowInput {
    const { follow, requestedBy, note } = this.options;
    return {
      ...follow,
      zoneId: this.state.batch.zoneId,
      taskId,
      ...(requestedBy !== undefined && { requestedBy }),
      ...(note !== undefined && { note }),
    };
  }
}
