import type { Outage } from '../../emulator';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const ZONE = 'z-outage';
const FOLLOWS = 50;
const OUTAGE_SECONDS = 75;
/** A fifth of the published 220/s. */
const QUOTA = 44;
/** A second sees at most twice as many calls; the rest up to the quota is for a machine that stalls and catches up. */
const RATE = 15;

describe('an outage of the API', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ requestsPerSecond: QUOTA });
    await world.startWorker({ PROVISIONING_STATUS_CALLS_PER_SECOND: String(RATE) });
  }, 60_000);
  afterAll(() => world.close(), 60_000);

  test('of 75 s under 50 follows: all end right, and no second after it sees more than the quota', async () => {
    const tasks = Array.from({ length: FOLLOWS }, (_, i) => `t-${i}`);
    // Half end during the outage, half after it; every fifth fails.
    tasks.forEach((taskId, i) => {
      const then = i % 5 === 0 ? { status: 'Failed', failureReason: `reason ${i}` } : { status: 'Success' };
      world.emulator.setTask(ZONE, taskId, { durationMs: i % 2 === 0 ? 30_000 : 85_000, then });
    });
    for (const taskId of tasks) await world.client.follow({ zoneId: ZONE, taskId });
    await until('every task was polled', () => tasks.every((taskId) => world.emulator.requests(taskId).length > 0));

    const fromMs = Date.now();
    const thirdMs = (OUTAGE_SECONDS * 1000) / 3;
    const answers: Outage['answer'][] = [
      { drop: true },
      { httpStatus: 502, rawBody: '<html>Bad Gateway</html>' },
      { error: { code: 'InternalError', message: 'The backend timed out.' } },
    ];
    world.emulator.setOutages(
      answers.map((answer, i) => ({ fromMs: fromMs + i * thirdMs, toMs: fromMs + (i + 1) * thirdMs, answer })),
    );
    const overMs = fromMs + OUTAGE_SECONDS * 1000;

    const results = await Promise.all(
      tasks.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 150_000 })),
    );
    const outcomes = results.map((result) => (result.kind === 'ended' ? result.outcome : undefined));
    outcomes.forEach((outcome, i) => {
      expect(outcome).toMatchObject(
        i % 5 === 0 ? { phase: 'Failed', failureReason: `reason ${i}` } : { phase: 'Succeeded' },
      );
      expect(outcome).not.toHaveProperty('degradedBy');
      expect(outcome?.observations.map(({ errorCode }) => errorCode)).toEqual(
        expect.arrayContaining(['ClientError.ConnectionReset', 'ClientError.HttpStatus', 'InternalError']),
      );
      expect(Date.parse(outcome?.endedAt ?? '')).toBeGreaterThanOrEqual(overMs);
    });
    // A poll comes no later than a tenth of the age, some 16 s at the very most here.
    const lastEndMs = Math.max(...outcomes.map((outcome) => Date.parse(outcome?.endedAt ?? '')));
    expect(lastEndMs - overMs).toBeLessThan(30_000);

    const arrivals = world.emulator.requests().map(({ at }) => at);
    expect(busiestSecond(arrivals.filter((at) => at >= overMs))).toBeLessThanOrEqual(QUOTA);
    expect(busiestSecond(arrivals)).toBeLessThanOrEqual(QUOTA);
    expect(world.emulator.requests().filter(({ answered }) => answered === 'RequestLimitExceeded')).toEqual([]);
    for (const taskId of tasks) expect(world.emulator.maxOutstanding(taskId)).toBe(1);
  }, 180_000);
});

/** The most arrivals in any rolling second. */
function busiestSecond(sorted: readonly number[]): number {
  let first = 0;
  return sorted.reduce((most, at, i) => {
    while ((sorted[first] ?? 0) <= at - 1000) first += 1;
    return Math.max(most, i - first + 1);
  }, 0);
}
