import path from 'node:path';

import { lastRelease, releasedWorker } from '../../bench/released-worker';
import { BatchClient, PART_SIZE, type ReportLine, type UserSyncItem } from '../../src/client';
import type { RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { until } from '../support/until';

import { askMeanwhile, begin, carryOn, expectRightEnds } from './carried-on';
import { createWorld, type World } from './world';

type Version = 'last' | 'present';

const SCRIPTS: Record<Version, string> = {
  last: releasedWorker(lastRelease()),
  present: path.join(root, 'dist', 'src', 'worker.js'),
};
const ENV = {
  PROVISIONING_HTTP_ADDRESS: '127.0.0.1:0',
  PROVISIONING_STATUS_CALLS_PER_SECOND: '200',
  PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '200',
};

describe(`from ${lastRelease()} to the present version and back, with a real server and real processes`, () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ eventsOfARun: 60, userSyncRequestsPerSecond: 1_000 });
  }, 60_000);
  afterAll(() => world.close(), 60_000);

  const start = (version: Version): Promise<RunningProcess> => world.startWorker(ENV, SCRIPTS[version]);

  test.each([
    ['upgrade: the last release drains', 'last', 'SIGTERM', 'present'],
    ['upgrade: the last release is killed', 'last', 'SIGKILL', 'present'],
    ['rollback: the present version drains', 'present', 'SIGTERM', 'last'],
  ] as const)(
    '%s, and what it began in every state is carried on to its right end',
    async (_, before, signal, after) => {
      const first = await start(before);
      const stage = await begin(world, `z-${before}-${signal}`);
      await first.stop(signal);
      await askMeanwhile(stage);
      const second = await start(after);
      await carryOn(stage);
      await expectRightEnds(stage);
      await expect(second.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    },
    120_000,
  );
  test('a rolling upgrade that is given up half-way: follows go on throughout, none asked twice at once', async () => {
    const zoneId = 'z-rolling';
    const tasks = Array.from({ length: 12 }, (_, i) => `rolling-${i}`);
    for (const taskId of tasks) world.emulator.setTask(zoneId, taskId, { answers: [{ status: 'InProgress' }] });
    const polling = { minIntervalSeconds: 0.5, maxIntervalSeconds: 0.5 };
    const follow = (some: string[]) =>
      Promise.all(some.map((taskId) => world.client.follow({ zoneId, taskId, polling })));
    const untilPolledAgain = async (some: string[]): Promise<void> => {
      const polls = new Map(some.map((taskId) => [taskId, world.emulator.requests(taskId).length]));
      await until('all are polled again', () =>
        [...polls].every(([taskId, before]) => world.emulator.requests(taskId).length >= before + 2),
      );
    };
    let running = await start('last');
    await follow(tasks.slice(0, 6));
    await untilPolledAgain(tasks.slice(0, 6));
    for (const to of ['present', 'last'] as const) {
      const next = await start(to);
      // Either takes these.
      await follow(tasks.slice(6));
      await untilPolledAgain(tasks);
      await expect(running.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
      running = next;
      await untilPolledAgain(tasks);
    }
    for (const taskId of tasks) world.emulator.setTask(zoneId, taskId, {});
    const ends = await Promise.all(
      tasks.map((taskId) => world.client.waitForOutcome(zoneId, taskId, { timeoutMs: 30_000 })),
    );
    expect(ends.map((end) => (end.kind === 'ended' ? end.outcome.phase : end))).toEqual(tasks.map(() => 'Succeeded'));
    expect(ends.filter((end) => end.kind === 'ended' && end.outcome.degradedBy !== undefined)).toEqual([]);
    expect(tasks.filter((taskId) => world.emulator.maxOutstanding(taskId) !== 1)).toEqual([]);
    await running.stop('SIGTERM');
  }, 120_000);

  test('a batch in parts, begun by the last release and drained in the middle: the report is whole, nobody created twice', async () => {
    const zoneId = 'z-parts';
    const items = Array.from({ length: PART_SIZE + 10 }, (_, i) => user(`u-${i}`));
    world.emulator.setZone(zoneId, { createTask: { durationMs: 1_000 } });
    const batches = new BatchClient(world.temporal);
    const first = await start('last');
    const { workflowId } = await batches.provisionUsers('parts', {
      zoneId,
      items,
      chunkSize: 20,
      maxInFlight: PART_SIZE,
    });
    await until('some are created', () => world.emulator.userSyncs(zoneId).length >= 60);
    await first.stop('SIGTERM');
    const second = await start('present');
    const wait = await batches.waitForReport(workflowId, { timeoutMs: 90_000 });
    expect(wait).toMatchObject({
      kind: 'ended',
      report: { phase: 'Completed', outcomes: { Succeeded: items.length } },
    });
    const lines: ReportLine[] = [];
    for await (const line of batches.lines(workflowId)) lines.push(line);
    expect(lines.map(({ index, principalId, outcome }) => [index, principalId, outcome])).toEqual(
      items.map(({ principalId }, i) => [i, principalId, 'Succeeded']),
    );
    expect(world.emulator.userSyncs(zoneId).filter(({ creations }) => creations !== 1)).toEqual([]);
    await second.stop('SIGTERM');
  }, 120_000);
});

function user(principalId: string): UserSyncItem {
  return { principalType: 'User', principalId, targetType: 'MemberUin', targetUin: '100000000001' };
}
