import fc from 'fast-check';

import { userSyncName, type ItemOutcome, type UserSyncItem, type UserSyncRef } from '../../../src/contract';
import {
  endItem,
  lineOf,
  waitingItems,
  type BatchItem,
  type ProvisionItem,
} from '../../../src/workflows/batch/batch-items';
import { createSyncs, nextChunk, type CreatingRun } from '../../../src/workflows/batch/create-syncs';
import { removeSync } from '../../../src/workflows/batch/remove-syncs';
import { patientCalls, type SyncCalls } from '../../../src/workflows/batch/sync-calls';

import { SimulatedCloud, VirtualTime, type CloudPlan, type Fate } from './simulated-cloud';

type Kind = 'new' | 'existing' | 'unknown' | 'failing';

const fates: fc.Arbitrary<Fate[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Fate>('answered') },
    { weight: 1, arbitrary: fc.constantFrom<Fate>('throttled', 'unreachable') },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Fate>('lost before the work', 'lost after the work', 'lost while at work'),
    },
  ),
  { maxLength: 60 },
);
const kinds = fc.array(fc.constantFrom<Kind>('new', 'new', 'new', 'existing', 'unknown', 'failing'), {
  minLength: 1,
  maxLength: 25,
});
const world = fc.record({
  kinds,
  fates,
  maxPerCall: fc.integer({ min: 1, max: 10 }),
  chunkSize: fc.integer({ min: 1, max: 12 }),
  partialCreate: fc.boolean(),
  listsTasks: fc.boolean(),
});

interface Run {
  cloud: SimulatedCloud;
  calls: SyncCalls;
  time: VirtualTime;
  followed: string[];
  follow: (item: BatchItem<unknown>, taskId: string) => Promise<void>;
}

function begin(plan: CloudPlan, outcomeOf: (item: BatchItem<unknown>) => ItemOutcome): Run {
  const time = new VirtualTime();
  const cloud = new SimulatedCloud(plan, time);
  const followed: string[] = [];
  const calls = patientCalls(cloud, {
    health: { resumes: 0 },
    isCancelled: () => false,
    now: () => new Date(time.seconds * 1000).toISOString(),
    until: (holds, seconds = Infinity) => time.sleep(seconds, holds),
  });
  return {
    cloud,
    calls,
    time,
    followed,
    async follow(item, taskId) {
      item.stage = 'following';
      await time.sleep(3);
      followed.push(taskId);
      endItem(item, outcomeOf(item));
    },
  };
}

async function createAll(run: Run, items: readonly ProvisionItem[], wantedSize: number): Promise<void> {
  let size = wantedSize;
  const besides: Promise<void>[] = [];
  const creating: CreatingRun = {
    calls: run.calls,
    pause: (seconds) => run.time.sleep(seconds),
    isCancelled: () => false,
    follow: run.follow,
    beside: (work) => void besides.push(work),
    tooLong: (length) => (size = Math.max(1, Math.min(size, Math.ceil(length / 2)))),
    updateExisting: false,
  };
  await run.time.run(
    (async () => {
      while (items.some(({ stage }) => stage !== 'ended')) {
        const waiting = items.filter(({ stage }) => stage === 'waiting');
        if (waiting.length > 0) await createSyncs(nextChunk(waiting, size), creating);
        else await run.time.sleep(1);
      }
      await Promise.all(besides);
    })(),
  );
}

const itemOf = (kind: Kind, index: number): UserSyncItem => ({
  principalType: 'User',
  principalId: `${kind}-${index}`,
  targetType: 'MemberUin',
  targetUin: '100000000001',
});
const kindOf = ({ principalId }: UserSyncItem): Kind => principalId.split('-')[0] as Kind;

describe('whatever answers are lost and whenever a worker dies', () => {
  test('no item is created twice, none is sent blindly again, and each line is right', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ kinds: wantedKinds, chunkSize, ...cloudPlan }) => {
        const wanted = wantedKinds.map(itemOf);
        const unknownUsers = new Set(
          wanted.filter((item) => kindOf(item) === 'unknown').map((item) => item.principalId),
        );
        const run = begin({ ...cloudPlan, unknownUsers }, ({ facts }) =>
          facts.principalId?.startsWith('failing') ? 'Failed' : 'Succeeded',
        );
        for (const item of wanted) if (kindOf(item) === 'existing') run.cloud.add(item);
        const items = waitingItems(wanted, 0);
        await createAll(run, items, chunkSize);

        const { listsTasks } = cloudPlan;
        items.map(lineOf).forEach((line, index) => {
          const item = wanted[index] as UserSyncItem;
          const known = run.cloud.syncs.get(userSyncName(item));
          expect(line.index).toBe(index);
          switch (kindOf(item)) {
            case 'unknown':
              expect(line).toMatchObject({ outcome: 'Refused', errorCode: 'ResourceNotFound.UserNotExist' });
              expect(known).toBeUndefined();
              break;
            case 'existing':
              expect(line).toMatchObject({
                outcome: listsTasks ? 'Succeeded' : 'AlreadyExists',
                // Nobody can tell whether the call made it whose answer was lost.
                adopted: items[index]?.losses === 0 ? 'AlreadyExisted' : 'AfterLostAnswer',
                taskSearch: listsTasks ? 'Found' : 'NotListed',
                userProvisioningId: known?.sync.userProvisioningId,
              });
              expect(known?.creations).toBe(0);
              break;
            default: {
              const end = kindOf(item) === 'failing' ? 'Failed' : 'Succeeded';
              expect(known?.creations).toBe(1);
              expect(line.userProvisioningId).toBe(known?.sync.userProvisioningId);
              // Only what was adopted may be without a task.
              expect(line.outcome).toBe(line.adopted && !listsTasks ? 'AlreadyExists' : end);
              if (!cloudPlan.partialCreate) expect(known?.repeats).toBe(0);
            }
          }
          if (line.taskId !== undefined) expect(line.taskId).toBe(known?.taskId);
        });
        const followedOnce = new Set(run.followed);
        expect(followedOnce.size).toBe(run.followed.length);
        if (listsTasks) expect(run.followed.length).toBe(run.cloud.syncs.size);
      }),
      { numRuns: 300 },
    );
  });

  test('every sync is removed, once, and one that was not there counts as removed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<'there' | 'absent'>('there', 'there', 'absent'), { minLength: 1, maxLength: 15 }),
        fates,
        fc.boolean(),
        fc.boolean(),
        async (states, wantedFates, listsTasks, byId) => {
          const plan = {
            fates: wantedFates,
            maxPerCall: 10,
            partialCreate: false,
            listsTasks,
            unknownUsers: new Set<string>(),
          };
          const run = begin(plan, () => 'Succeeded');
          const refs = states.map((state, index): UserSyncRef => {
            const item = itemOf('new', index);
            const id = state === 'there' ? run.cloud.add(item).sync.userProvisioningId : `up-absent-${index}`;
            return byId ? { userProvisioningId: id } : item;
          });
          const items = waitingItems(refs, 0);
          const removing = {
            calls: run.calls,
            pause: (seconds: number) => run.time.sleep(seconds),
            isCancelled: () => false,
            follow: run.follow,
            dryRun: false,
          };
          await run.time.run(Promise.all(items.map((item) => removeSync(item, removing))));

          expect(items.map(lineOf).map(({ outcome }) => outcome)).toEqual(
            states.map((state) => (state === 'there' ? 'Succeeded' : 'AlreadyAbsent')),
          );
          for (const { exists } of run.cloud.syncs.values()) expect(exists).toBe(false);
          if (listsTasks) expect(run.followed.length).toBe(run.cloud.syncs.size);
        },
      ),
      { numRuns: 200 },
    );
  });
});
