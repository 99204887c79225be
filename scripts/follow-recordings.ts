import type { TaskScript } from '../emulator';
import { FOLLOW_PROVISIONING_TASK, TASK_QUEUES, workflowId, type FollowInput, type Polling } from '../src/client';

import { FAST, historyOf, SLOW, TIMEOUT_MS, until, type RecordedFiles, type Recording, type World } from './recording';

interface Scenario {
  /** Task id of the follow and name of its file. */
  name: string;
  /** Absent for a task that the cloud does not know. */
  script?: TaskScript;
  input?: Omit<FollowInput, 'zoneId' | 'taskId'>;
  /** What happens while the follow runs. */
  meanwhile?: (world: World) => Promise<void>;
}

const ZONE = 'z-histories';
const STEADY: Partial<Polling> = { minIntervalSeconds: 0.5, maxIntervalSeconds: 0.5 };
const PATIENT: Partial<Polling> = { minIntervalSeconds: 0.2, maxIntervalSeconds: 5 };

const inProgress = { status: 'InProgress' };
const success = { status: 'Success' };
const unavailable = { httpStatus: 503, rawBody: '<html>Service Unavailable</html>' };
const forgotten = { error: { code: 'ResourceNotFound.UserProvisioningTaskNotFound', message: 'No such task.' } };
const notOpen = { error: { code: 'FailedOperation.IdentityCenterNotOpen', message: 'Identity Center is not open.' } };
const forbidden = { error: { code: 'AuthFailure.UnauthorizedOperation', message: 'The key lacks the permission.' } };
const throttled = { error: { code: 'RequestLimitExceeded', message: 'Too many requests in this second.' } };

const SCENARIOS: Scenario[] = [
  { name: 'succeeded', script: { answers: [inProgress, success] } },
  { name: 'failed', script: { answers: [{ status: 'Failed', failureReason: '同步失败：子账号已有同名用户' }] } },
  { name: 'not-found', input: { notFoundGraceSeconds: 1, polling: STEADY } },
  { name: 'vanished', script: { answers: [inProgress, forgotten] }, input: { notFoundGraceSeconds: 0.3 } },
  { name: 'rejected', script: { answers: [notOpen] } },
  { name: 'deadline-exceeded', script: { answers: [inProgress] }, input: { deadlineSeconds: 1, polling: SLOW } },
  {
    name: 'cancelled',
    script: { answers: [inProgress] },
    input: { polling: SLOW },
    meanwhile: async (world) => {
      await untilPolled(world, 'cancelled');
      await world.client.cancel(ZONE, 'cancelled');
    },
  },
  {
    name: 'cancelled-during-a-call',
    script: { answers: [{ hang: true }] },
    meanwhile: async (world) => {
      await until('the call is out', () => world.emulator.requests('cancelled-during-a-call').length === 1);
      await world.client.cancel(ZONE, 'cancelled-during-a-call');
    },
  },
  {
    name: 'blocked-then-succeeded',
    script: { answers: [forbidden, success] },
    meanwhile: async (world) => {
      await untilPolled(world, 'blocked-then-succeeded');
      await world.client.pollNow(ZONE, 'blocked-then-succeeded');
    },
  },
  {
    name: 'blocked-then-resumed',
    script: { answers: [forbidden, forbidden, success] },
    meanwhile: async (world) => {
      await untilPolled(world, 'blocked-then-resumed');
      await world.client.resume(ZONE, 'blocked-then-resumed');
      await untilPolled(world, 'blocked-then-resumed', 2);
      await world.client.resume(ZONE, 'blocked-then-resumed');
    },
  },
  {
    name: 'paused-then-resumed',
    script: { answers: [inProgress, inProgress, success] },
    input: { polling: SLOW },
    meanwhile: async (world) => {
      await untilPolled(world, 'paused-then-resumed');
      await world.client.pause(ZONE, 'paused-then-resumed', { reason: 'maintenance' });
      await world.client.checkNow(ZONE, 'paused-then-resumed');
      await world.client.resume(ZONE, 'paused-then-resumed');
    },
  },
  {
    name: 'updated',
    script: { answers: [inProgress, inProgress, success] },
    input: { polling: SLOW, note: 'all updates', requestedBy: 'the recorder' },
    meanwhile: async (world) => {
      await untilPolled(world, 'updated');
      await world.client.extendDeadline(ZONE, 'updated', { bySeconds: 60 });
      await world.client.setPolling(ZONE, 'updated', { maxIntervalSeconds: 1_800, minIntervalSeconds: 1_800 });
      await world.client.checkNow(ZONE, 'updated');
      await world.client.taskChanged(ZONE, 'updated');
    },
  },
  {
    name: 'resolved-as-succeeded',
    script: { answers: [inProgress] },
    input: { polling: SLOW },
    meanwhile: async (world) => {
      await untilPolled(world, 'resolved-as-succeeded');
      await world.client.resolve(ZONE, 'resolved-as-succeeded', {
        outcome: 'Succeeded',
        reason: 'seen',
        by: 'the recorder',
      });
    },
  },
  {
    name: 'resolved-as-failed-during-a-call',
    script: { answers: [{ hang: true }] },
    meanwhile: async ({ client, emulator }) => {
      const name = 'resolved-as-failed-during-a-call';
      await until('the call is out', () => emulator.requests(name).length === 1);
      await client.resolve(ZONE, name, { outcome: 'Failed', reason: 'deleted', by: 'the recorder' });
    },
  },
  { name: 'throttled-then-succeeded', script: { answers: [throttled, success] }, input: { polling: PATIENT } },
  { name: 'degraded-then-succeeded', script: { answers: [unavailable, { drop: true }, success] } },
  {
    name: 'continued-as-new',
    script: { answers: [inProgress, ...Array.from({ length: 6 }, () => unavailable), success] },
  },
];

/** Follows in every way that they end, and every message. */
export const FOLLOWS: Recording[] = [
  ...SCENARIOS.map((scenario) => ({
    name: scenario.name,
    record: (world: World) => record(world, scenario),
  })),
  { name: 'input-refused', record: recordRefusal },
];

/** Follows one task to its end. */
async function record(world: World, { name, script, input, meanwhile }: Scenario): Promise<RecordedFiles> {
  const { client, emulator, server } = world;
  // Where the task is absent, the zone is there all the same, with another.
  emulator.setTask(ZONE, script ? name : 'another', script ?? {});
  const { runId } = await client.follow({ zoneId: ZONE, taskId: name, polling: FAST, ...input });
  await meanwhile?.(world);
  const { kind } = await client.waitForOutcome(ZONE, name, { timeoutMs: TIMEOUT_MS });
  if (kind !== 'ended') throw new Error(`The follow of ${name} is ${kind}`);
  const id = workflowId(ZONE, name);
  const last = await server.workflow.getHandle(id).describe();
  if (last.runId === runId) return [[name, await historyOf(world, id, runId)]];
  return [
    [`${name}-first-run`, await historyOf(world, id, runId)],
    [`${name}-last-run`, await historyOf(world, id, last.runId)],
  ];
}

async function recordRefusal(world: World): Promise<RecordedFiles> {
  const id = workflowId(ZONE, 'input-refused');
  const handle = await world.server.workflow.start(FOLLOW_PROVISIONING_TASK, {
    workflowId: id,
    taskQueue: TASK_QUEUES.provisioning,
    args: [{ zoneId: ZONE, taskId: 'a b', deadlineSeconds: 0, owner: 'nobody' }],
  });
  await handle.result().catch(() => undefined);
  return [['input-refused', await historyOf(world, id, handle.firstExecutionRunId)]];
}

async function untilPolled({ client }: World, taskId: string, polls = 1): Promise<void> {
  await until(`poll ${polls} is over`, async () => (await client.status(ZONE, taskId)).polls === polls);
}
