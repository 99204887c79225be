import { WorkerQuota, type QuotaCalls, type QuotaNotice } from '../../src/quota';
import type { TaskQueueReport } from '../../src/task-queues';

const ME = 'me';
/** All of 20 calls a second. */
const ALL: QuotaNotice = { calls: 'status', kind: 'share', workers: 1, quotaPerSecond: 20, callsPerSecond: 20 };
const quotas: WorkerQuota[] = [];

/** A quota on jest's clock, before a server that says what `report` says. */
function createWorld({ calls = 'status', workers = 'auto' }: { calls?: QuotaCalls; workers?: number | 'auto' } = {}) {
  const notices: QuotaNotice[] = [];
  const server = { report: reportOf(ME) as TaskQueueReport | Error, asked: 0 };
  const quota = new WorkerQuota({
    calls,
    callsPerSecond: 20,
    workers,
    identity: ME,
    readQueue: () => {
      server.asked += 1;
      return server.report instanceof Error ? Promise.reject(server.report) : Promise.resolve(server.report);
    },
    notify: (notice) => notices.push(notice),
  });
  /** Makes calls without a pause for so long, each answered at once, and returns how many. */
  const callFor = async (ms: number): Promise<number> => {
    const stop = new AbortController();
    let calls = 0;
    const loop = (async () => {
      for (;;) {
        const answered = await quota.turn(stop.signal);
        answered();
        calls += 1;
      }
    })().catch(() => undefined);
    await jest.advanceTimersByTimeAsync(ms);
    stop.abort(new Error('over'));
    await loop;
    return calls;
  };
  quotas.push(quota);
  return { notices, server, quota, callFor };
}

function reportOf(...identities: string[]): TaskQueueReport {
  return { pollers: identities.map((identity) => ({ identity, lastPollMs: 1_000_000 })), isBusy: false };
}

describe("a worker's part of the quota", () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => {
    quotas.splice(0).forEach((quota) => quota.stop());
    jest.useRealTimers();
  });

  it('is all of it when it polls alone, as soon as the server knows this worker', async () => {
    const world = createWorld();
    world.server.report = reportOf();
    world.quota.start();
    expect(await world.callFor(1_000)).toBe(0);
    world.server.report = reportOf(ME);
    await jest.advanceTimersByTimeAsync(50);
    expect(await world.callFor(10_020)).toBe(200);
    expect(world.notices).toEqual([ALL]);
  });

  it('is its share beside others, which get five seconds to make room', async () => {
    const world = createWorld();
    world.server.report = reportOf(ME, 'a', 'b');
    world.quota.start();
    expect(await world.callFor(4_999)).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    // A third of 20 a second, of which no second can hold the fraction.
    expect(await world.callFor(10_010)).toBe(60);
    expect(world.notices).toEqual([
      { calls: 'status', kind: 'share', workers: 3, quotaPerSecond: 20, callsPerSecond: 20 / 3 },
    ]);
  });

  it('shrinks and grows within two seconds as workers come and go', async () => {
    const world = createWorld();
    world.quota.start();
    await jest.advanceTimersByTimeAsync(0);
    world.server.report = reportOf(ME, 'a');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await world.callFor(1_100)).toBeLessThanOrEqual(11);
    world.server.report = reportOf(ME);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(world.notices).toEqual([
      ALL,
      { calls: 'status', kind: 'share', workers: 2, quotaPerSecond: 20, callsPerSecond: 10 },
      { calls: 'status', kind: 'share', workers: 1, quotaPerSecond: 20, callsPerSecond: 20 },
    ]);
  });

  it('has figures: the share is not known before the others are, and each throttled call counts', async () => {
    const world = createWorld();
    world.server.report = reportOf(ME, 'a');
    expect(world.quota.figures()).toEqual({ quotaPerSecond: 20, throttles: 0 });
    world.quota.start();
    await jest.advanceTimersByTimeAsync(4_999);
    expect(world.quota.figures()).toEqual({ quotaPerSecond: 20, throttles: 0 });
    await jest.advanceTimersByTimeAsync(1);
    expect(world.quota.figures()).toEqual({ quotaPerSecond: 20, sharePerSecond: 10, throttles: 0 });
    world.quota.throttled('RequestLimitExceeded');
    world.quota.throttled('RequestLimitExceeded');
    // Halved once: the second call was on its way already.
    expect(world.quota.figures()).toEqual({ quotaPerSecond: 20, sharePerSecond: 5, throttles: 2 });
    // 5 % of the full rate after each ten seconds without, also before a turn asks for it.
    await jest.advanceTimersByTimeAsync(10_000);
    expect(world.quota.figures()).toEqual({ quotaPerSecond: 20, sharePerSecond: 5.5, throttles: 2 });
  });

  it('is what the setting says when it names the number of workers, at once', async () => {
    const world = createWorld({ workers: 4 });
    world.server.report = reportOf(ME, 'a');
    world.quota.start();
    expect(await world.callFor(10_020)).toBe(50);
    expect(world.notices).toEqual([
      { calls: 'status', kind: 'share', workers: 4, quotaPerSecond: 20, callsPerSecond: 5 },
    ]);
  });

  it('follows a rate that a person sets on the server, but not a pause of the queue', async () => {
    const world = createWorld();
    world.quota.start();
    await jest.advanceTimersByTimeAsync(0);
    world.server.report = { ...reportOf(ME), rateLimit: { perSecond: 5, isSetByPerson: true } };
    await jest.advanceTimersByTimeAsync(2_000);
    expect(world.notices).toEqual([
      ALL,
      { calls: 'status', kind: 'share', workers: 1, quotaPerSecond: 5, callsPerSecond: 5 },
    ]);
    world.server.report = { ...reportOf(ME), rateLimit: { perSecond: 0, isSetByPerson: true } };
    await jest.advanceTimersByTimeAsync(2_000);
    expect(world.notices[2]).toEqual(ALL);
  });

  it('warns once of another worker that sends another rate', async () => {
    const world = createWorld();
    world.server.report = { ...reportOf(ME), rateLimit: { perSecond: 50, isSetByPerson: false } };
    world.quota.start();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(world.notices).toEqual([
      { calls: 'status', kind: 'ratesDiffer', ownPerSecond: 20, otherPerSecond: 50 },
      ALL,
    ]);
  });

  it('is all of it, with a warning, when the server does not answer for five seconds', async () => {
    const world = createWorld();
    world.server.report = new Error('not allowed');
    world.quota.start();
    expect(await world.callFor(4_900)).toBe(0);
    await jest.advanceTimersByTimeAsync(200);
    expect(await world.callFor(1_010)).toBeGreaterThan(0);
    expect(world.notices).toEqual([ALL, { calls: 'status', kind: 'workersUnknown', error: 'not allowed' }]);
  });

  it('is halved when the cloud throttles, recovers by 5 % each clean ten seconds, and both are told', async () => {
    const world = createWorld();
    world.quota.start();
    await jest.advanceTimersByTimeAsync(0);
    world.quota.throttled('RequestLimitExceeded');
    world.quota.throttled('RequestLimitExceeded.IPLimitExceeded');
    expect(world.notices).toEqual([
      ALL,
      { calls: 'status', kind: 'throttled', code: 'RequestLimitExceeded', callsPerSecond: 10 },
    ]);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(await world.callFor(5_010)).toBe(50);
    await jest.advanceTimersByTimeAsync(95_000);
    expect(world.notices.slice(2)).toEqual([{ calls: 'status', kind: 'throttlingOver', callsPerSecond: 20 }]);
  });

  it('says of which calls it is', async () => {
    const world = createWorld({ calls: 'user-sync' });
    world.quota.start();
    await jest.advanceTimersByTimeAsync(0);
    world.quota.throttled('RequestLimitExceeded');
    expect(world.notices).toEqual([
      { ...ALL, calls: 'user-sync' },
      { calls: 'user-sync', kind: 'throttled', code: 'RequestLimitExceeded', callsPerSecond: 10 },
    ]);
  });

  it('is used in full where it is less than one call a second', async () => {
    const world = createWorld({ workers: 40 });
    world.quota.start();
    expect(await world.callFor(20_030)).toBe(10);
    expect(world.notices).toEqual([
      { calls: 'status', kind: 'share', workers: 40, quotaPerSecond: 20, callsPerSecond: 0.5 },
    ]);
  });

  it('asks no more once it was stopped', async () => {
    const world = createWorld();
    world.quota.start();
    await jest.advanceTimersByTimeAsync(3_000);
    world.quota.stop();
    const { asked } = world.server;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(world.server.asked).toBe(asked);
    expect(jest.getTimerCount()).toBe(0);
  });
});
