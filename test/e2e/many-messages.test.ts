import type { WorkflowHandle } from '@temporalio/client';

import { SEARCH_ATTRIBUTES, workflowId, type ProvisioningSnapshot } from '../../src/client';
import { runsOf } from '../support/runs';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const ZONE = 'z-many';
const TASK = 't-many';
const EVENTS_OF_A_RUN = 60;
const WAVES = 5;
const DEADLINE_SECONDS = 3_600;

describe('200 signals and 50 updates while the follow continues as new', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ eventsOfARun: EVENTS_OF_A_RUN });
    await world.startWorker();
  });

  afterAll(async () => world.close());

  test('are all taken, none twice, and everything else is carried along (T16, T59, T63)', async () => {
    world.emulator.setTask(ZONE, TASK, { answers: [{ status: 'InProgress' }] });
    const polling = { minIntervalSeconds: 0.2, maxIntervalSeconds: 0.2 };
    const { client } = world;
    const input = { zoneId: ZONE, taskId: TASK, polling, deadlineSeconds: DEADLINE_SECONDS };
    const handle = world.temporal.workflow.getHandle(workflowId(ZONE, TASK));
    const { runId } = await client.follow({ ...input, requestedBy: 'ada', note: 'many messages' });
    const early = client.waitForOutcome(ZONE, TASK);

    const times = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    const extend = (i: number): Promise<ProvisioningSnapshot> =>
      client.extendDeadline(ZONE, TASK, { bySeconds: 10 }, { updateId: `extend-${i}`, timeoutMs: 30_000 });
    const extensions: ProvisioningSnapshot[] = [];
    const checks: ProvisioningSnapshot[] = [];
    for (const wave of times(WAVES)) {
      /** One after the other, so that their order is known. */
      const inOrder = async (count: number, send: (i: number) => Promise<unknown>): Promise<void> => {
        for (const i of times(count)) await send(wave * count + i);
      };
      await Promise.all([
        inOrder(12, () => client.pollNow(ZONE, TASK)),
        inOrder(10, (i) => client.pause(ZONE, TASK, { reason: `reason ${i}` })),
        inOrder(9, () => client.resume(ZONE, TASK)),
        inOrder(8, () => client.taskChanged(ZONE, TASK)),
        inOrder(4, async (i) => extensions.push(await extend(i))),
        inOrder(2, (i) =>
          client.setPolling(ZONE, TASK, { maxIntervalSeconds: (200 + i) / 1000 }, { timeoutMs: 30_000 }),
        ),
        inOrder(4, async () => checks.push(await client.checkNow(ZONE, TASK))),
      ]);
      await client.resume(ZONE, TASK);
      const { runId: run } = await handle.describe();
      await until('the next run has begun', async () => (await handle.describe()).runId !== run);
    }
    await client.pause(ZONE, TASK, { reason: 'the last one' });
    await until('the last pause is taken', async () => (await client.status(ZONE, TASK)).messages.pause === 51);

    const startedMs = Date.parse(extensions[0]?.startedAt ?? '');
    const deadlineAfter = (extended: number): string =>
      new Date(startedMs + (DEADLINE_SECONDS + 10 * extended) * 1000).toISOString();
    // Each acted once, in order.
    expect(extensions.map(({ deadlineAt }) => deadlineAt)).toEqual(times(20).map((i) => deadlineAfter(i + 1)));
    checks.forEach((check, i) => expect(check.polls).toBeGreaterThan(checks[i - 1]?.polls ?? 0));
    const messages = {
      pollNow: 60,
      pause: 51,
      resume: 50,
      taskChanged: 40,
      extendDeadline: 20,
      setPolling: 10,
      checkNow: 20,
    };
    const paused = await client.status(ZONE, TASK);
    expect(paused).toMatchObject({ phase: 'Paused', pausedReason: 'the last one', deadlineAt: deadlineAfter(20) });
    expect(paused.messages).toEqual(messages);
    expect(paused.polling.maxIntervalSeconds).toBe(0.209);

    // Sent once more, runs later, each is known.
    const repeated = await Promise.all(times(5).map(extend));
    expect(repeated.map(({ deadlineAt }) => deadlineAt)).toEqual(times(5).map(() => deadlineAfter(20)));

    world.emulator.setTask(ZONE, TASK, { answers: [{ status: 'Success' }] });
    const polls = world.emulator.requests(TASK).length;
    await client.resume(ZONE, TASK);
    const late = await client.waitForOutcome(ZONE, TASK, { timeoutMs: 30_000 });
    expect(late).toMatchObject({
      kind: 'ended',
      outcome: {
        phase: 'Succeeded',
        polls: polls + 1,
        deadlineAt: deadlineAfter(20),
        messages: { ...messages, resume: 51 },
      },
    });
    await expect(early).resolves.toEqual(late);
    expect(world.emulator.requests(TASK)).toHaveLength(polls + 1);
    expect(world.emulator.maxOutstanding(TASK)).toBe(1);

    const runs = await runsOf(handle);
    expect(runs[0]?.id).toBe(runId);
    const signals = runs.map(({ events }) => events.filter((event) => event.workflowExecutionSignaledEventAttributes));
    const updates = runs.map(({ events }) => events.filter((e) => e.workflowExecutionUpdateAcceptedEventAttributes));
    expect(signals.flat()).toHaveLength(202);
    // Those that were repeated in a later run, too.
    expect(updates.flat()).toHaveLength(55);
    expect(signals.filter((some) => some.length > 0).length).toBeGreaterThanOrEqual(WAVES);
    expect(updates.filter((some) => some.length > 0).length).toBeGreaterThanOrEqual(WAVES);
    const { memo, searchAttributes } = await descriptionOf(handle);
    expect(memo).toEqual({ requestedBy: 'ada', note: 'many messages' });
    const { endedAt: phaseSince } = late.kind === 'ended' ? late.outcome : {};
    const { startedAt } = paused;
    expect(searchAttributes).toEqual({ zoneId: ZONE, taskId: TASK, phase: 'Succeeded', phaseSince, startedAt });
    // Only the first run wrote what never changes.
    const upserted = runs.map((run) =>
      run.events.some(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) =>
        Object.keys(upsert?.searchAttributes?.indexedFields ?? {}).includes(SEARCH_ATTRIBUTES.zoneId),
      ),
    );
    expect(upserted).toEqual(runs.map((_, i) => i === 0));
  }, 120_000);
});

async function descriptionOf(
  handle: WorkflowHandle,
): Promise<{ memo: unknown; searchAttributes: Record<string, unknown> }> {
  const { memo, typedSearchAttributes } = await handle.describe();
  const named = Object.entries(SEARCH_ATTRIBUTES).flatMap(([key, name]) => {
    const pair = typedSearchAttributes.getAll().find(({ key: { name: found } }) => found === name);
    if (!pair) return [];
    return [[key, pair.value instanceof Date ? pair.value.toISOString() : pair.value] as const];
  });
  return { memo, searchAttributes: Object.fromEntries(named) };
}
