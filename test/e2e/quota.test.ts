import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { busiestSecond } from '../../bench/measure';
import type { ReceivedRequest } from '../../emulator';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { until } from '../support/until';

import { createWorld, scrape, type World } from './world';

const ZONE = 'z-quota';
const SMALL_ZONE = 'z-small';
/** Status calls a second of all workers; the cloud refuses the next in any rolling second. */
const RATE = 20;
/** Sooner than the worker gives a call up that has no answer. */
const SLOW_CALL_MS = 9_000;
const FAST = { ageFraction: 0 };
const run = promisify(execFile);

/** Arrivals that the cloud answered for their rate. */
const throttled = (requests: readonly ReceivedRequest[]): ReceivedRequest[] =>
  requests.filter(({ answered }) => answered?.startsWith('RequestLimitExceeded'));

const instants = (requests: readonly ReceivedRequest[]): number[] => requests.map(({ at }) => at);

describe('one quota for every call', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ requestsPerSecond: RATE });
  }, 60_000);
  afterAll(() => world.close(), 60_000);

  const startWorker = (more: Record<string, string> = {}) =>
    world.startWorker({ PROVISIONING_STATUS_CALLS_PER_SECOND: String(RATE), ...more });

  async function followAll(taskIds: readonly string[], script: object, more: object = {}): Promise<void> {
    for (const taskId of taskIds) world.emulator.setTask(ZONE, taskId, script);
    await Promise.all(taskIds.map((taskId) => world.client.follow({ zoneId: ZONE, taskId, polling: FAST, ...more })));
  }

  async function cancelAll(taskIds: readonly string[]): Promise<void> {
    await Promise.all(taskIds.map((taskId) => world.client.cancel(ZONE, taskId)));
    await Promise.all(taskIds.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 })));
  }

  const ids = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}-${i}`);

  const since = (fromMs: number, toMs = Infinity): ReceivedRequest[] =>
    world.emulator.requests().filter(({ at }) => at >= fromMs && at < toMs);

  test('T71, T72, T73: two workers, one killed, one new, half of the answers 503, operators asking: no second exceeds it, and nobody starves', async () => {
    const tasks = ids('t-shared', 60);
    const answers = [{ status: 'InProgress' }, { httpStatus: 503, rawBody: '' }];
    // They wait before any worker is there.
    await followAll(tasks, { answers: Array.from({ length: 50 }, () => answers).flat() });
    const first = await startWorker({ PROVISIONING_WORKERS: 'auto' });
    await until('the first worker makes calls', () => world.emulator.requests().length > 3 * RATE);
    const second = await startWorker({ PROVISIONING_WORKERS: 'auto' });
    await until('both share the quota', () =>
      [first, second].every((worker) => worker.output().includes('2 workers share the quota of 20 status calls/s')),
    );
    const sharedMs = Date.now();
    const asked = tasks.slice(0, 5).map((taskId) => world.client.checkNow(ZONE, taskId, { timeoutMs: 30_000 }));
    await until('every follow was polled three times by both', () =>
      tasks.every((taskId) => since(sharedMs).filter((request) => request.taskId === taskId).length >= 3),
    );
    await Promise.all(asked);
    const killedMs = Date.now();
    await first.stop('SIGKILL');
    await until('the other one has all of it', () =>
      second.output().includes('One worker uses the quota of 20 status calls/s'),
    );
    const aloneMs = Date.now();
    await until('it uses it', () => since(aloneMs).length > 3 * RATE);

    expect(busiestSecond(instants(world.emulator.requests()))).toBeLessThanOrEqual(RATE);
    expect(throttled(world.emulator.requests())).toEqual([]);
    // Three rounds, in which those that met a 503 pause; drawn by chance it would take about seven until each had three.
    expect(since(sharedMs, killedMs).length).toBeLessThan(5 * tasks.length);
    for (const taskId of tasks) expect(world.emulator.maxOutstanding(taskId)).toBe(1);
    await cancelAll(tasks);
    await second.stop('SIGTERM');
  }, 90_000);

  test('T43: where the cloud throttles, the worker slows down for all, says so, and every follow ends right', async () => {
    const tasks = ids('t-throttled', 20);
    const worker = await startWorker();
    const fromMs = Date.now();
    const code = 'RequestLimitExceeded.UinLimitExceeded';
    const toMs = fromMs + 4_000;
    world.emulator.setOutages([{ fromMs, toMs, answer: { error: { code, message: 'Too many calls.' } } }]);
    await followAll(tasks, { durationMs: 1 });
    await until('the throttling is over', () => Date.now() >= toMs);
    // Halved at once and each second after, from 20 a second on: 10, 5, 2.
    expect(since(fromMs + 3_000, toMs).length).toBeLessThanOrEqual(5);
    expect(worker.output()).toContain(
      `The cloud throttled a status call (${code}): this worker makes at most 10 status calls/s now`,
    );
    const results = await Promise.all(
      tasks.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 80_000 })),
    );
    const phases = results.map((result) => (result.kind === 'ended' ? result.outcome.phase : result.kind));
    expect(new Set(phases)).toEqual(new Set(['Succeeded']));
    await worker.stop('SIGTERM');
  }, 90_000);

  test('T70: what waits for the quota has no time limit, lets another zone and an operator pass, gives way when cancelled, and follows a new rate without a restart', async () => {
    world.emulator.setOutages([]);
    const tasks = ids('t-waiting', 40);
    const worker = await startWorker();
    await setQueueRate(2);
    await until('the worker follows', () => worker.output().includes('the quota of 2 status calls/s'));
    await followAll(tasks, { answers: [{ status: 'InProgress' }] });
    const fromMs = Date.now();
    await until('six were polled', () => since(fromMs).length >= 6);
    // Zones take turns: the only follow of another zone comes before most of those that have waited for longer.
    world.emulator.setTask(SMALL_ZONE, 't-alone', { answers: [{ status: 'Success' }] });
    await world.client.follow({ zoneId: SMALL_ZONE, taskId: 't-alone' });
    await until('the other zone was polled', () => world.emulator.requests('t-alone').length > 0);
    expect(since(fromMs).length).toBeLessThan(30);
    // Polled first, it is the last of its zone to have its next turn, and waits in the queue for that.
    const { taskId: asked = '' } = since(fromMs)[0] ?? {};
    await until('its next check is out', async () => (await world.client.status(ZONE, asked)).nextPollAt === undefined);
    const before = since(fromMs).length;
    await expect(world.client.checkNow(ZONE, asked, { timeoutMs: 30_000 })).resolves.toMatchObject({ polls: 2 });
    expect(since(fromMs).length - before).toBeLessThan(12);
    expect(world.emulator.requests(asked)).toHaveLength(2);
    const cancelled = tasks.slice(10);
    const left = tasks.slice(0, 10);
    await cancelAll(cancelled);
    const cancelledMs = Date.now();
    await until('those left were polled', () =>
      left.every((taskId) => since(cancelledMs).some((request) => request.taskId === taskId)),
    );
    // A call that was on its way when its follow was cancelled may have arrived a moment later.
    expect(since(cancelledMs + 1_000).filter(({ taskId = '' }) => cancelled.includes(taskId))).toEqual([]);
    const slowMs = Date.now();
    await setQueueRate(15);
    await until('the worker makes more calls', () => busiestSecond(instants(since(slowMs))) >= 8);
    expect(busiestSecond(instants(since(fromMs, slowMs)))).toBeLessThanOrEqual(2);
    const snapshots = await Promise.all(left.map((taskId) => world.client.status(ZONE, taskId)));
    expect(snapshots.flatMap(({ observations }) => observations.map(({ errorCode }) => errorCode))).toEqual(
      left.map(() => undefined),
    );
    await setQueueRate(undefined);
    await cancelAll(left);
    await worker.stop('SIGTERM');
  }, 90_000);

  test('T75, T77: slow answers delay nobody else, and a follow that waits holds nothing', async () => {
    const slow = ids('t-slow', 20);
    const quick = ids('t-quick', 20);
    const worker = await startWorker();
    await followAll(slow, { answers: [{ status: 'InProgress', delayMs: 30_000 }] });
    await until('every slow call is out', () =>
      slow.every((taskId) => world.emulator.requests(taskId).some(({ answered }) => answered === undefined)),
    );
    await followAll(quick, { answers: [{ status: 'InProgress' }] });
    // A slow call ends after 10 s. Had each a slot or a connection that another waits for, no call would come in between.
    const isAmongSlow = (instant: number): boolean =>
      slow.every((taskId) =>
        world.emulator.requests(taskId).some(({ at }) => at <= instant && instant < at + SLOW_CALL_MS),
      );
    await until('every other was polled again while all slow calls were out', () =>
      quick.every((taskId) => instants(world.emulator.requests(taskId)).filter(isAmongSlow).length >= 2),
    );
    for (const taskId of slow) expect(world.emulator.maxOutstanding(taskId)).toBe(1);
    await cancelAll([...slow, ...quick]);

    const idle = ids('t-idle', 50);
    await followAll(
      idle,
      { answers: [{ status: 'InProgress' }] },
      { polling: { minIntervalSeconds: 900, maxIntervalSeconds: 900 } },
    );
    await until('all wait, and no slot is used', async () => {
      const used = (await scrape(worker))
        .split('\n')
        .filter((line) => line.startsWith('temporal_worker_task_slots_used'));
      return (
        idle.every((taskId) => world.emulator.requests(taskId).some(({ answered }) => answered !== undefined)) &&
        used.length >= 2 &&
        used.every((line) => line.endsWith(' 0'))
      );
    });
  }, 90_000);

  async function setQueueRate(perSecond: number | undefined): Promise<void> {
    const rate = perSecond === undefined ? 'default' : String(perSecond);
    await run(await findTemporalCli(), [
      ...['task-queue', 'config', 'set', '--address', world.server.address, '--namespace', world.server.namespace],
      ...['--task-queue', 'tencent-organization', '--task-queue-type', 'activity', '--queue-rps-limit', rate],
    ]);
  }
});
