import type { TaskScript } from '../../emulator';
import {
  BatchClient,
  FollowEndedError,
  NoAnswerError,
  NotFollowedError,
  workflowId,
  type FollowInput,
  type Phase,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
  type ReportLine,
  type UserSyncItem,
} from '../../src/client';
import { until } from '../support/until';

import type { World } from './world';

/** Follows in every state and a batch, in zones of their own: one worker begins them, another carries them on. */
export interface Stage extends World {
  name: string;
  batches: BatchClient;
  /** As {@link begin} left it. */
  before: Record<string, ProvisioningSnapshot>;
  batchId: string;
}

/** How a follow is brought into its state. */
interface Begun {
  script: TaskScript;
  input: Omit<FollowInput, 'zoneId' | 'taskId'>;
  /** What somebody does once it has polled. */
  steer?: (stage: Stage, taskId: string) => Promise<unknown>;
  /** Whether it is there. */
  isThere: (snapshot: ProvisioningSnapshot, stage: Stage) => boolean | Promise<boolean>;
  ends: Phase;
}

const SLOW = { minIntervalSeconds: 3_600, maxIntervalSeconds: 3_600 };
const FAST = { minIntervalSeconds: 0.5, maxIntervalSeconds: 0.5 };
const FAILURE = { status: 'Failed', failureReason: 'the name is taken' };
const inProgress = { status: 'InProgress' };
const forbidden = { error: { code: 'AuthFailure.UnauthorizedOperation', message: 'The key lacks the permission.' } };
const IN_PROGRESS: TaskScript = { answers: [inProgress] };
const UPDATE_ID = 'extended-once';

const isPolled = ({ polls }: ProvisioningSnapshot): boolean => polls >= 1;

const FOLLOWS = {
  waiting: { script: IN_PROGRESS, input: { polling: SLOW }, isThere: isPolled, ends: 'Succeeded' },
  calling: {
    script: { answers: [{ ...inProgress, delayMs: 4_000 }, inProgress] },
    input: { polling: FAST },
    isThere: ({ taskId }, { emulator }) => emulator.requests(taskId).length > 0,
    ends: 'Succeeded',
  },
  paused: {
    script: IN_PROGRESS,
    input: { polling: SLOW },
    steer: ({ client, name }, taskId) => client.pause(name, taskId, { reason: 'maintenance' }),
    isThere: ({ phase }) => phase === 'Paused',
    ends: 'Succeeded',
  },
  blocked: {
    script: { answers: [forbidden] },
    input: { polling: SLOW },
    isThere: ({ phase }) => phase === 'Blocked',
    ends: 'Succeeded',
  },
  degraded: {
    script: { answers: [{ httpStatus: 503, rawBody: '' }] },
    input: { polling: FAST },
    isThere: ({ degradedBy }) => (degradedBy?.count ?? 0) >= 2,
    ends: 'Succeeded',
  },
  continued: {
    script: IN_PROGRESS,
    input: { polling: FAST, note: 'begun by another version', requestedBy: 'the tests' },
    steer: ({ client, name }, taskId) =>
      client.extendDeadline(name, taskId, { bySeconds: 60 }, { updateId: UPDATE_ID }),
    isThere: async ({ taskId }, { temporal, name }) => {
      const { raw } = await temporal.workflow.getHandle(workflowId(name, taskId)).describe();
      return raw.workflowExecutionInfo?.firstRunId !== raw.workflowExecutionInfo?.execution?.runId;
    },
    ends: 'Succeeded',
  },
  late: {
    script: IN_PROGRESS,
    input: { polling: SLOW, deadlineSeconds: 5 },
    isThere: isPolled,
    ends: 'DeadlineExceeded',
  },
  failing: { script: IN_PROGRESS, input: { polling: SLOW }, isThere: isPolled, ends: 'Failed' },
  cancelled: { script: IN_PROGRESS, input: { polling: SLOW }, isThere: isPolled, ends: 'Cancelled' },
  resolved: { script: IN_PROGRESS, input: { polling: SLOW }, isThere: isPolled, ends: 'Resolved' },
} satisfies Record<string, Begun>;

const NAMES = Object.keys(FOLLOWS) as (keyof typeof FOLLOWS)[];
/** Begun while no worker is there. */
const UNBEGUN = 'unbegun';
/** Four of them at a time, two in a call: some wait for the others when the worker is replaced. */
const ITEMS = Array.from({ length: 6 }, (_, i) => user(`u-${i + 1}`));
const BATCH = { items: ITEMS, chunkSize: 2, maxInFlight: 4, follow: { polling: SLOW } };

/** Ids of tasks are unique in the emulator's records. */
const taskOf = (stage: Pick<Stage, 'name'>, follow: string): string => `${stage.name}-${follow}`;

/** Has follows in every state and a batch begun by the worker that runs now. */
export async function begin(world: World, name: string): Promise<Stage> {
  const stage: Stage = { ...world, name, batches: new BatchClient(world.temporal), before: {}, batchId: '' };
  const { client, emulator, batches, before } = stage;
  emulator.setZone(batchZone(stage), { createTask: IN_PROGRESS });
  const batch = await batches.provisionUsers(name, { ...BATCH, zoneId: batchZone(stage) });
  stage.batchId = batch.workflowId;
  await Promise.all(
    NAMES.map(async (follow) => {
      const { script, input, steer, isThere }: Begun = FOLLOWS[follow];
      const taskId = taskOf(stage, follow);
      emulator.setTask(name, taskId, script);
      await client.follow({ zoneId: name, taskId, ...input });
      if (steer) {
        await until(`${taskId} has polled`, async () => isPolled(await client.status(name, taskId)));
        await steer(stage, taskId);
      }
      await until(`${taskId} is there`, async () => {
        before[follow] = await client.status(name, taskId);
        return isThere(before[follow], stage);
      });
    }),
  );
  await until('the batch follows four', async () => {
    const { outcomes } = await batches.progress(stage.batchId);
    return outcomes.StillFollowed === 4 && outcomes.NotStarted === 2;
  });
  return stage;
}

/** Asks for things while no worker is there. */
export async function askMeanwhile({ client, emulator, ...stage }: Stage): Promise<void> {
  emulator.setTask(stage.name, taskOf(stage, UNBEGUN), {});
  await client.follow({ zoneId: stage.name, taskId: taskOf(stage, UNBEGUN) });
  await client.cancel(stage.name, taskOf(stage, 'cancelled'));
}

/** Asks the worker that runs now about each follow, sends every message, and lets the tasks and the batch end. */
export async function carryOn(stage: Stage): Promise<void> {
  const { client, emulator, name, before } = stage;
  const id = (follow: keyof typeof FOLLOWS): string => taskOf(stage, follow);
  const now = Object.fromEntries(
    await Promise.all(NAMES.map(async (follow) => [follow, await answerOf(() => client.status(name, id(follow)))])),
  ) as Record<string, ProvisioningSnapshot>;
  for (const follow of ['waiting', 'paused', 'resolved', 'failing'] as const) {
    expect(now[follow]).toMatchObject(before[follow] ?? {});
  }
  expect(await client.checkNow(name, id('waiting'))).toMatchObject({
    phase: 'Polling',
    polls: 2,
    status: 'InProgress',
  });
  const change = { maxIntervalSeconds: 7_200 };
  expect(
    await answerOf(() => client.setPolling(name, id('waiting'), change, { updateId: 'changed-once' })),
  ).toMatchObject({
    polling: { minIntervalSeconds: 3_600, maxIntervalSeconds: 7_200 },
    messages: { checkNow: 1, setPolling: 1 },
  });
  // Sent again, it has no effect, whichever version and run took it first.
  const extend = () => client.extendDeadline(name, id('continued'), { bySeconds: 60 }, { updateId: UPDATE_ID });
  expect(await answerOf(extend)).toMatchObject({
    deadlineAt: before.continued?.deadlineAt,
    messages: { extendDeadline: 1 },
  });
  const declared = { outcome: 'Succeeded', reason: 'seen in the console', by: 'ada' } as const;
  const resolve = () => client.resolve(name, id('resolved'), declared, { updateId: 'declared-once' });
  expect(await answerOf(resolve)).toMatchObject({ phase: 'Resolved' });

  for (const follow of NAMES) if (FOLLOWS[follow].ends === 'Succeeded') emulator.setTask(name, id(follow), {});
  emulator.setTask(name, id('failing'), { answers: [FAILURE] });
  await client.pollNow(name, id('waiting'));
  await client.taskChanged(name, id('failing'));
  await client.resume(name, id('paused'));
  await client.resume(name, id('blocked'));
  await endBatch(stage);
}

/** A question or an update to a follow whose worker has crashed may first wait for that in vain. */
async function answerOf<T>(ask: () => Promise<T>): Promise<T> {
  let answer: { value: T } | undefined;
  await until('there is an answer', async () => {
    try {
      answer = { value: await ask() };
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
    }
    return answer !== undefined;
  });
  if (!answer) throw new Error('There is no answer');
  return answer.value;
}

/** Checks how all of them have ended. */
export async function expectRightEnds(stage: Stage): Promise<void> {
  const { client, emulator, name, batches, batchId, before } = stage;
  const all = [...NAMES, UNBEGUN];
  const ends = await Promise.all(
    all.map(async (follow): Promise<[string, ProvisioningOutcome | string]> => {
      const end = await client.waitForOutcome(name, taskOf(stage, follow), { timeoutMs: 40_000 });
      return [follow, end.kind === 'ended' ? end.outcome : end.kind];
    }),
  );
  const expected = (follow: string): Phase => (FOLLOWS as Record<string, Begun>)[follow]?.ends ?? 'Succeeded';
  expect(ends.map(([follow, end]) => [follow, typeof end === 'string' ? end : end.phase])).toEqual(
    all.map((follow) => [follow, expected(follow)]),
  );
  expect(Object.fromEntries(ends)).toMatchObject({
    waiting: { polls: 3, startedAt: before.waiting?.startedAt },
    failing: { polls: 2, failureReason: FAILURE.failureReason },
    paused: { polls: 2 },
    blocked: { polls: 2 },
    cancelled: { polls: 1 },
    late: { polls: 2 },
    unbegun: { polls: 1 },
  });
  expect(all.filter((follow) => emulator.maxOutstanding(taskOf(stage, follow)) !== 1)).toEqual([]);

  const { report } = (await batches.waitForReport(batchId)) as { report: { lines?: ReportLine[] } };
  expect(report).toMatchObject({ phase: 'Completed', total: 6, outcomes: { Succeeded: 5, Failed: 1 } });
  expect(report.lines?.map(({ index, principalId, outcome, reason }) => [index, principalId, outcome, reason])).toEqual(
    ITEMS.map(({ principalId }, i) =>
      i === 0 ? [i, principalId, 'Failed', FAILURE.failureReason] : [i, principalId, 'Succeeded', undefined],
    ),
  );
  expect(emulator.userSyncs(batchZone(stage)).map(({ creations }) => creations)).toEqual(ITEMS.map(() => 1));
  const tasks = emulator.userSyncTasks(batchZone(stage));
  expect(tasks.filter(({ taskId }) => emulator.maxOutstanding(taskId) !== 1)).toEqual([]);
}

const batchZone = ({ name }: Pick<Stage, 'name'>): string => `${name}-batch`;

/** Lets the tasks of the batch end as they come, the first of them as failed. */
async function endBatch({ batches, batchId, client, emulator, ...stage }: Stage): Promise<void> {
  const zoneId = batchZone(stage);
  const ended = new Set<string>();
  await until('the batch has ended', async () => {
    for (const { taskId } of emulator.userSyncTasks(zoneId)) {
      if (ended.has(taskId)) continue;
      emulator.setTask(zoneId, taskId, ended.size === 0 ? { answers: [FAILURE] } : {});
      ended.add(taskId);
      // One that is about to be followed needs no word, nor one that has been meanwhile.
      await client.pollNow(zoneId, taskId).catch((error: unknown) => {
        if (!(error instanceof NotFollowedError || error instanceof FollowEndedError)) throw error;
      });
    }
    return (await batches.waitForReport(batchId, { timeoutMs: 500 })).kind === 'ended';
  });
}

function user(principalId: string): UserSyncItem {
  return { principalType: 'User', principalId, targetType: 'MemberUin', targetUin: '100000000001' };
}
