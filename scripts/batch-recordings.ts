import { deepStrictEqual } from 'node:assert';

import { DEMO_ACCOUNT, type Directory, type LostAnswer, type TaskScript } from '../emulator';
import {
  batchWorkflowId,
  PART_SIZE,
  PROVISION_USERS,
  READ_USER_SYNCS,
  TASK_QUEUES,
  type Batch,
  type BatchOptions,
  type BatchReport,
  type DeprovisionUsersInput,
  type ItemOutcome,
  type ItemSource,
  type ProvisionUsersInput,
  type UserSyncItem,
  type UserSyncKey,
  type UserSyncRef,
} from '../src/client';
import { writeItemsFile } from '../src/items-file';

import { FAST, historyOf, SLOW, TIMEOUT_MS, until, type RecordedFiles, type Recording, type World } from './recording';

/** A zone of its own for what is recorded under one name. */
interface Stage extends World {
  name: string;
  zoneId: string;
}

/** A stage on which the batch runs. */
interface RunningStage extends Stage {
  workflowId: string;
}

interface Scenario {
  /** Id of the batch and name of its file. */
  name: string;
  directory?: Directory;
  /** Users whose syncs are there before the batch. */
  existing?: string[];
  lostAnswers?: LostAnswer[];
  start: (stage: Stage) => Promise<Batch>;
  /** What happens while the batch runs. */
  meanwhile?: (stage: RunningStage) => Promise<void>;
  /** What the batch must end with: else it has not shown what its name says. */
  outcomes: Outcomes;
}

type Outcomes = BatchReport['outcomes'];
type Provision = Omit<ProvisionUsersInput, 'zoneId' | 'items' | 'itemsFile'> & ItemSource<UserSyncItem>;
type Deprovision = Omit<DeprovisionUsersInput, 'zoneId' | 'items' | 'itemsFile'> & ItemSource<UserSyncRef>;

const IN_PROGRESS: TaskScript = { answers: [{ status: 'InProgress' }] };
const FAILED: TaskScript = { answers: [{ status: 'Failed', failureReason: '同步失败：子账号已有同名用户' }] };
const QUICK: BatchOptions = { follow: { polling: FAST } };
const ASKING_ONCE: BatchOptions = { follow: { polling: SLOW } };

const SCENARIOS: Scenario[] = [
  {
    name: 'batch-created',
    directory: { unknownUsers: ['u-unknown'], createTasks: { 'u-failing': FAILED } },
    existing: ['u-existing'],
    start: (stage) =>
      provision(stage, {
        items: [
          user('u-1'),
          user('u-unknown'),
          user('u-existing'),
          user('u-failing'),
          { principalType: 'Group', principalId: 'g-1', targetType: 'ManagerUin', targetUin: '9223372036854775807' },
          user('u-2', { duplicationStrategy: 'TakeOver', deletionStrategy: 'Delete', description: 'joiners' }),
          user('u-3'),
        ],
        chunkSize: 3,
        allowTakeOver: true,
        requestedBy: 'the recorder',
        note: 'every kind of item',
      }),
    outcomes: { Succeeded: 5, Refused: 1, Failed: 1 },
  },
  {
    name: 'batch-lost-answers',
    lostAnswers: [
      { action: 'CreateUserSyncProvisioning', principalId: 'u-1', times: 1, done: true, how: 'drop' },
      { action: 'CreateUserSyncProvisioning', principalId: 'u-2', times: 1, done: false, how: 'drop' },
      { action: 'CreateUserSyncProvisioning', principalId: 'u-3', times: 1, done: true, how: 'InternalError' },
      { action: 'CreateUserSyncProvisioning', principalId: 'u-4', times: 1, done: false, how: 'InternalError' },
    ],
    start: (stage) => provision(stage, { items: users(4), chunkSize: 1 }),
    outcomes: { Succeeded: 4 },
  },
  {
    name: 'batch-blocked-then-resumed',
    start: (stage) => {
      stage.emulator.setAccounts([{ ...DEMO_ACCOUNT, actions: ['GetProvisioningTaskStatus'] }]);
      return provision(stage, { items: users(1) });
    },
    meanwhile: async (stage) => {
      await until('it is blocked', async () => (await stage.batches.progress(stage.workflowId)).phase === 'Blocked');
      stage.emulator.setAccounts([DEMO_ACCOUNT]);
      await stage.batches.resume(stage.workflowId);
    },
    outcomes: { Succeeded: 1 },
  },
  {
    name: 'batch-paused-then-resumed',
    directory: { createTasks: { 'u-1': IN_PROGRESS } },
    start: (stage) => provision(stage, { items: users(2), maxInFlight: 1 }),
    meanwhile: async (stage) => {
      await untilOutcomes(stage, { StillFollowed: 1 });
      await stage.batches.pause(stage.workflowId, { reason: 'maintenance' });
      endTasks(stage);
      await untilOutcomes(stage, { Succeeded: 1 });
      await stage.batches.resume(stage.workflowId);
    },
    outcomes: { Succeeded: 2 },
  },
  {
    name: 'batch-retried',
    directory: { unknownUsers: ['u-unknown'], createTasks: { 'u-failing': FAILED, 'u-1': IN_PROGRESS } },
    start: (stage) => provision(stage, { items: [user('u-failing'), user('u-unknown'), user('u-1')] }),
    meanwhile: async (stage) => {
      await untilOutcomes(stage, { Failed: 1, Refused: 1 });
      stage.emulator.setZone(stage.zoneId, {});
      await stage.batches.retryFailed(stage.workflowId);
      await untilOutcomes(stage, { Succeeded: 2 });
      endTasks(stage);
    },
    outcomes: { Succeeded: 3 },
  },
  {
    name: 'batch-updated-existing',
    existing: ['u-1', 'u-2'],
    start: (stage) =>
      provision(stage, {
        items: [user('u-1', { deletionStrategy: 'Delete', description: 'joiners' }), user('u-2')],
        updateExisting: true,
      }),
    outcomes: { Succeeded: 2 },
  },
  {
    name: 'batch-cancelled',
    directory: { createTask: IN_PROGRESS },
    start: (stage) => provision(stage, { ...ASKING_ONCE, items: users(3), maxInFlight: 2 }),
    meanwhile: cancelOnceFollowing(2),
    outcomes: { StillFollowed: 2, NotStarted: 1 },
  },
  {
    name: 'batch-cancelled-with-its-follows',
    directory: { createTask: IN_PROGRESS },
    start: (stage) => provision(stage, { ...ASKING_ONCE, items: users(3), maxInFlight: 2, cancelFollows: true }),
    meanwhile: cancelOnceFollowing(2),
    outcomes: { Cancelled: 2, NotStarted: 1 },
  },
  {
    name: 'batch-attached',
    directory: { createTask: IN_PROGRESS },
    start: async (stage) => {
      const input = { items: users(1) };
      const first = await provision({ ...stage, name: `${stage.name}-to` }, input);
      await untilOutcomes({ ...stage, ...first }, { StillFollowed: 1 });
      return provision(stage, input);
    },
    meanwhile: async (stage) => {
      await untilOutcomes(stage, { StillFollowed: 1 });
      endTasks(stage);
    },
    outcomes: { Succeeded: 1 },
  },
  {
    name: 'batch-items-from-a-file',
    start: async (stage) => provision(stage, { itemsFile: await writeItemsFile(stage.itemsFolder, users(3)) }),
    outcomes: { Succeeded: 3 },
  },
  {
    name: 'batch-in-parts',
    start: (stage) => {
      const items = Array.from({ length: PART_SIZE + 1 }, (_, index) => ({ userProvisioningId: `up-absent-${index}` }));
      return deprovision(stage, { items, dryRun: true });
    },
    outcomes: { AlreadyAbsent: PART_SIZE + 1 },
  },
  {
    name: 'batch-removed',
    existing: ['u-1', 'u-2', 'u-3'],
    lostAnswers: [
      { action: 'DeleteUserSyncProvisioning', principalId: 'u-3', times: 1, done: true, how: 'InternalError' },
    ],
    start: (stage) => {
      const [first] = stage.emulator.userSyncs(stage.zoneId);
      return deprovision(stage, {
        items: [
          { userProvisioningId: first?.userProvisioningId ?? '' },
          { userProvisioningId: 'up-absent' },
          key('u-2'),
          key('u-3'),
          key('u-absent'),
        ],
      });
    },
    outcomes: { Succeeded: 3, AlreadyAbsent: 2 },
  },
];

/** Batches in every way that they go, and what reads user syncs. */
export const BATCHES: Recording[] = [
  ...SCENARIOS.map((scenario) => ({
    name: scenario.name,
    record: (world: World) => record(world, scenario),
  })),
  { name: 'batch-input-refused', record: recordRefusal },
  { name: 'user-syncs-read', record: recordReads },
];

/** Runs one batch to its end; of one in parts, the last part is short enough to be kept too. */
async function record(world: World, scenario: Scenario): Promise<RecordedFiles> {
  const { name, directory = {}, existing = [], lostAnswers = [], start, meanwhile, outcomes } = scenario;
  const stage = await setStage(world, name, existing);
  world.emulator.setZone(stage.zoneId, directory);
  world.emulator.setLostAnswers(lostAnswers);
  const { workflowId } = await start(stage);
  await meanwhile?.({ ...stage, workflowId });
  const report = await reportOf(world, workflowId);
  deepStrictEqual(report.outcomes, outcomes, `The outcomes of ${name}`);
  const files: RecordedFiles = [[name, await historyOf(world, workflowId)]];
  const lastPart = report.parts?.at(-1);
  if (lastPart !== undefined) files.push([`${name}-last-part`, await historyOf(world, lastPart)]);
  return files;
}

async function recordRefusal(world: World): Promise<RecordedFiles> {
  const name = 'batch-input-refused';
  const id = batchWorkflowId(PROVISION_USERS, `z-${name}`, name);
  const items = [user('u-1', { targetUin: '12x' }), user('u-2', { duplicationStrategy: 'TakeOver' }), user('u-2')];
  const handle = await world.server.workflow.start(PROVISION_USERS, {
    workflowId: id,
    taskQueue: TASK_QUEUES.provisioning,
    args: [{ zoneId: `z-${name}`, items, chunkSize: 0, owner: 'nobody' }],
  });
  await handle.result().catch(() => undefined);
  return [[name, await historyOf(world, id)]];
}

/** Reads a whole zone, and what some keys name. */
async function recordReads(world: World): Promise<RecordedFiles> {
  const name = 'user-syncs-read';
  const { zoneId } = await setStage(world, name, ['u-1', 'u-2']);
  const read = async (file: string, input: object): Promise<[string, string]> => {
    const id = `read-user-syncs/${zoneId}/${file}`;
    const taskQueue = TASK_QUEUES.provisioning;
    await world.server.workflow.execute(READ_USER_SYNCS, { workflowId: id, taskQueue, args: [{ zoneId, ...input }] });
    return [file, await historyOf(world, id)];
  };
  return [await read(name, {}), await read(`${name}-by-key`, { keys: [key('u-1'), key('u-absent')] })];
}

/** Makes a zone in which the syncs of some users are, and nothing is lost or forbidden. */
async function setStage(world: World, name: string, existing: readonly string[]): Promise<Stage> {
  const stage = { ...world, name, zoneId: `z-${name}` };
  world.emulator.setZone(stage.zoneId, {});
  world.emulator.setLostAnswers([]);
  if (existing.length === 0) return stage;
  const items = existing.map((principalId) => user(principalId));
  const { workflowId } = await provision({ ...stage, name: `before-${name}` }, { items });
  await reportOf(world, workflowId);
  return stage;
}

async function reportOf({ batches }: World, workflowId: string): Promise<BatchReport> {
  const wait = await batches.waitForReport(workflowId, { timeoutMs: TIMEOUT_MS });
  if (wait.kind !== 'ended') throw new Error(`The batch ${workflowId} is ${wait.kind}`);
  return wait.report;
}

function provision({ batches, name, zoneId }: Stage, input: Provision): Promise<Batch> {
  return batches.provisionUsers(name, { ...QUICK, ...input, zoneId });
}

function deprovision({ batches, name, zoneId }: Stage, input: Deprovision): Promise<Batch> {
  return batches.deprovisionUsers(name, { ...QUICK, ...input, zoneId });
}

function cancelOnceFollowing(count: number): (stage: RunningStage) => Promise<void> {
  return async (stage) => {
    await untilOutcomes(stage, { StillFollowed: count });
    await stage.batches.cancel(stage.workflowId);
  };
}

/** Lets the tasks succeed that are still followed. */
function endTasks({ emulator, zoneId }: Stage): void {
  for (const { taskId, isFollowedToEnd } of emulator.userSyncTasks(zoneId)) {
    if (!isFollowedToEnd) emulator.setTask(zoneId, taskId, {});
  }
}

/** Waits until the batch has so many items of these outcomes. */
async function untilOutcomes({ batches, workflowId }: RunningStage, wanted: Outcomes): Promise<void> {
  const counts = Object.entries(wanted) as [ItemOutcome, number][];
  await until(`${workflowId} has ${JSON.stringify(wanted)}`, async () => {
    const { outcomes } = await batches.progress(workflowId);
    return counts.every(([outcome, count]) => outcomes[outcome] === count);
  });
}

function user(principalId: string, more: Partial<UserSyncItem> = {}): UserSyncItem {
  return { ...key(principalId), ...more };
}

function users(count: number): UserSyncItem[] {
  return Array.from({ length: count }, (_, index) => user(`u-${index + 1}`));
}

function key(principalId: string): UserSyncKey {
  return { principalType: 'User', principalId, targetType: 'MemberUin', targetUin: '100000000001' };
}
