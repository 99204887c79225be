import { SEARCH_ATTRIBUTES, workflowId, type ProvisioningOutcome, type WaitResult } from '../../src/client';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const FAST = { minIntervalSeconds: 0.2, maxIntervalSeconds: 0.2 };
const ZONE = 'z-follow';

describe('a follow, with a real server, worker process and socket', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
    await world.startWorker();
  });

  afterAll(async () => world.close());

  async function outcomeOf(taskId: string): Promise<ProvisioningOutcome> {
    const result = await world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 });
    if (result.kind !== 'ended') throw new Error(`No outcome: ${JSON.stringify(result)}`);
    return result.outcome;
  }

  test('ends as Succeeded, with what the cloud said', async () => {
    world.emulator.setTask(ZONE, 't-success', { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    const follow = await world.client.follow({ zoneId: ZONE, taskId: 't-success', polling: FAST });
    expect(follow).toMatchObject({ workflowId: 'provisioning-task/z-follow/t-success', state: 'started' });

    const outcome = await outcomeOf('t-success');
    expect(outcome).toMatchObject({
      phase: 'Succeeded',
      status: 'Success',
      taskType: 'StartProvisioning',
      failureReason: '',
      polls: 2,
      message: 'Task t-success of zone z-follow succeeded after 2 polls',
    });
    expect(outcome.observations.map(({ status }) => status)).toEqual(['InProgress', 'Success']);
    const received = world.emulator.requests('t-success');
    expect(received.map(({ answered }) => answered)).toEqual(['InProgress', 'Success']);
    expect(received[0]?.headers).toMatchObject({
      'x-tc-action': 'GetProvisioningTaskStatus',
      'x-tc-version': '2021-03-31',
      'x-tc-language': 'en-US',
      'content-type': 'application/json',
    });
    expect(received[0]?.headers).not.toHaveProperty('x-tc-region');
    expect(received[0]?.headers).not.toHaveProperty('x-tc-token');
  });

  test('ends as Failed, with the reason verbatim in the outcome and in the failure (T47)', async () => {
    const failureReason = '部署失败: user "a"\nnot found';
    world.emulator.setTask(ZONE, 't-failure', { answers: [{ status: 'Failed', failureReason }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-failure' });
    await expect(outcomeOf('t-failure')).resolves.toMatchObject({ phase: 'Failed', status: 'Failed', failureReason });
    const failure: unknown = await world.temporal.workflow
      .getHandle(workflowId(ZONE, 't-failure'))
      .result()
      .catch((error: unknown) => (error instanceof Error ? error.cause : error));
    expect(failure).toMatchObject({
      type: 'ProvisioningFailed',
      message: `Task t-failure of zone z-follow failed: ${failureReason}`,
    });
  });

  test('follows a slow task to its end, never with two calls at once', async () => {
    const inProgress = Array.from({ length: 5 }, () => ({ status: 'InProgress' }));
    world.emulator.setTask(ZONE, 't-slow', { answers: [...inProgress, { status: 'Success' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-slow', polling: FAST });
    const outcome = await outcomeOf('t-slow');
    expect(outcome.phase).toBe('Succeeded');
    expect(outcome.polls).toBe(6);
    expect(world.emulator.requests('t-slow')).toHaveLength(6);
    expect(world.emulator.maxOutstanding('t-slow')).toBe(1);
  });

  test('attaches to a running follow and to an ended one (T68)', async () => {
    world.emulator.setTask(ZONE, 't-twice', { answers: [{ status: 'InProgress' }] });
    const input = { zoneId: ZONE, taskId: 't-twice', polling: FAST };
    const first = await world.client.follow(input);
    const second = await world.client.follow(input);
    expect(second).toEqual({ ...first, state: 'attached' });
    world.emulator.setTask(ZONE, 't-twice', { answers: [{ status: 'Success' }] });
    await outcomeOf('t-twice');
    const calls = world.emulator.requests('t-twice').length;
    await expect(world.client.follow(input)).resolves.toEqual({ ...first, state: 'ended' });
    await expect(outcomeOf('t-twice')).resolves.toMatchObject({ phase: 'Succeeded' });
    expect(world.emulator.requests('t-twice')).toHaveLength(calls);
  });

  test('gives the outcome to every waiter; a timeout ends only its own wait (T07, T59)', async () => {
    world.emulator.setTask(ZONE, 't-waiters', { answers: [{ status: 'InProgress' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-waiters', polling: FAST });
    const patient = world.client.waitForOutcome(ZONE, 't-waiters');
    // The snapshot is left out where the query takes more than a second.
    let hasty: WaitResult | undefined;
    await until('a snapshot came along', async () => {
      hasty = await world.client.waitForOutcome(ZONE, 't-waiters', { timeoutMs: 300 });
      return hasty.kind !== 'waiting' || hasty.snapshot !== undefined;
    });
    expect(hasty).toMatchObject({ kind: 'waiting', snapshot: { phase: 'Polling' } });
    const aborted = await world.client.waitForOutcome(ZONE, 't-waiters', { signal: AbortSignal.abort() });
    expect(aborted.kind).toBe('waiting');
    world.emulator.setTask(ZONE, 't-waiters', { answers: [{ status: 'Success' }] });
    const results: WaitResult[] = await Promise.all([patient, world.client.waitForOutcome(ZONE, 't-waiters')]);
    const late = await world.client.waitForOutcome(ZONE, 't-waiters');
    expect(results).toEqual([late, late]);
    expect(late).toMatchObject({ kind: 'ended', outcome: { phase: 'Succeeded' } });
  });

  test('polls at once on pollNow', async () => {
    world.emulator.setTask(ZONE, 't-now', { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    const polling = { minIntervalSeconds: 3_600, maxIntervalSeconds: 3_600 };
    await world.client.follow({ zoneId: ZONE, taskId: 't-now', polling });
    await until('the first poll is over', async () => (await world.client.status(ZONE, 't-now')).polls === 1);
    await world.client.pollNow(ZONE, 't-now');
    await expect(outcomeOf('t-now')).resolves.toMatchObject({ phase: 'Succeeded', polls: 2 });
  });

  test('a pollNow during a call causes exactly one more (T61)', async () => {
    world.emulator.setTask(ZONE, 't-during', {
      answers: [{ status: 'InProgress', delayMs: 5_000 }, { status: 'Success' }],
    });
    const polling = { minIntervalSeconds: 900, maxIntervalSeconds: 900 };
    await world.client.follow({ zoneId: ZONE, taskId: 't-during', polling });
    await until('the first call is out', () => world.emulator.requests('t-during').length === 1);
    const asking = await world.client.status(ZONE, 't-during');
    expect(asking).toMatchObject({ phase: 'Polling', polls: 0 });
    expect(asking).not.toHaveProperty('nextPollAt');
    await Promise.all(Array.from({ length: 10 }, () => world.client.pollNow(ZONE, 't-during')));
    await expect(outcomeOf('t-during')).resolves.toMatchObject({ phase: 'Succeeded', polls: 2 });
    expect(world.emulator.requests('t-during')).toHaveLength(2);
  });

  test('cancel ends the follow without another call and says that the cloud task goes on (T02, T05, T08)', async () => {
    world.emulator.setTask(ZONE, 't-cancel', { answers: [{ status: 'InProgress' }] });
    const input = {
      zoneId: ZONE,
      taskId: 't-cancel',
      polling: { minIntervalSeconds: 3_600, maxIntervalSeconds: 3_600 },
    };
    await world.client.follow(input);
    await until('the first poll is over', async () => (await world.client.status(ZONE, 't-cancel')).polls === 1);
    await world.client.cancel(ZONE, 't-cancel');
    const cancelled = await outcomeOf('t-cancel');
    expect(cancelled).toMatchObject({
      phase: 'Cancelled',
      status: 'InProgress',
      polls: 1,
      message: `The follow of task t-cancel of zone z-follow was cancelled, last status InProgress, seen at ${cancelled.lastPolledAt}; the cloud task itself goes on, since its API cannot stop it`,
    });
    const description = await world.temporal.workflow.getHandle(workflowId(ZONE, 't-cancel')).describe();
    expect(description.status.name).toBe('CANCELLED');
    await expect(world.client.status(ZONE, 't-cancel')).resolves.toMatchObject({ phase: 'Cancelled', polls: 1 });
    expect(world.emulator.requests('t-cancel')).toHaveLength(1);

    world.emulator.setTask(ZONE, 't-cancel', { answers: [{ status: 'Success' }] });
    await expect(world.client.follow(input)).resolves.toMatchObject({ state: 'started' });
    await expect(outcomeOf('t-cancel')).resolves.toMatchObject({ phase: 'Succeeded' });
  });

  test('an unknown zone is rejected, an unknown task not found after its grace', async () => {
    await world.client.follow({ zoneId: 'z-nowhere', taskId: 't-1' });
    await expect(world.client.waitForOutcome('z-nowhere', 't-1', { timeoutMs: 30_000 })).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Rejected', lastError: { code: 'FailedOperation.ZoneIdNotExist', httpStatus: 200 } },
    });
    world.emulator.setTask(ZONE, 't-other', { answers: [{ status: 'Success' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-missing', polling: FAST, notFoundGraceSeconds: 1 });
    const missing = await outcomeOf('t-missing');
    expect(missing).toMatchObject({
      phase: 'NotFound',
      lastError: { code: 'ResourceNotFound.UserProvisioningTaskNotFound' },
    });
    expect(world.emulator.requests('t-missing')).toHaveLength(missing.polls);
    expect(Date.parse(missing.endedAt ?? '') - Date.parse(missing.startedAt)).toBeGreaterThanOrEqual(1_000);
  });

  test('makes its last poll at the deadline', async () => {
    world.emulator.setTask(ZONE, 't-deadline', { answers: [{ status: 'InProgress' }] });
    const polling = { minIntervalSeconds: 600, maxIntervalSeconds: 600 };
    await world.client.follow({ zoneId: ZONE, taskId: 't-deadline', polling, deadlineSeconds: 5 });
    const outcome = await outcomeOf('t-deadline');
    expect(outcome).toMatchObject({ phase: 'DeadlineExceeded', status: 'InProgress', polls: 2 });
    const last = world.emulator.requests('t-deadline').at(-1)?.at ?? 0;
    expect(last).toBeGreaterThanOrEqual(Date.parse(outcome.deadlineAt));
  });

  test('is listed by its search attributes, and shows summary and current details', async () => {
    world.emulator.setTask(ZONE, 't-listed', { answers: [{ status: 'InProgress' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-listed', requestedBy: 'identity team', note: 'onboarding' });
    const query = `${SEARCH_ATTRIBUTES.zoneId} = '${ZONE}' AND ${SEARCH_ATTRIBUTES.taskId} = 't-listed' AND ${SEARCH_ATTRIBUTES.phase} = 'Polling'`;
    const listed = async (): Promise<{ workflowId: string; type: string; memo?: object }[]> => {
      const found = [];
      for await (const { workflowId: id, type, memo } of world.temporal.workflow.list({ query })) {
        found.push({ workflowId: id, type, ...(memo && { memo }) });
      }
      return found;
    };
    await until('the follow is listed', async () => (await listed()).length === 1);
    expect(await listed()).toEqual([
      {
        workflowId: 'provisioning-task/z-follow/t-listed',
        type: 'followProvisioningTask',
        memo: { requestedBy: 'identity team', note: 'onboarding' },
      },
    ]);
    const handle = world.temporal.workflow.getHandle(workflowId(ZONE, 't-listed'));
    const description = await handle.describe();
    await expect(description.staticSummary()).resolves.toBe('zone z-follow task t-listed, requested by identity team');
    const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('**Polling**: cloud status');
    await world.client.cancel(ZONE, 't-listed');
    await outcomeOf('t-listed');
  });

  test('input is refused at the client with every fault, and nothing is started', async () => {
    await expect(
      world.client.follow({ zoneId: '', taskId: 'a b', deadlineSeconds: 0, polling: { ageFraction: 2 } }),
    ).rejects.toMatchObject({
      name: 'InvalidInputError',
      faults: [
        'zoneId must be a non-empty string',
        'taskId must not contain white space or control characters',
        'deadlineSeconds must be a number of seconds, positive, at most 315360000',
        'polling.ageFraction must be a number from 0 to 1',
      ],
    });
    await expect(world.client.status(ZONE, 't-never')).rejects.toMatchObject({
      name: 'NotFollowedError',
      message: 'Task t-never of zone z-follow is not followed in this namespace: start it with follow',
    });
  });
});
