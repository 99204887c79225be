import fc from 'fast-check';

import { DEFAULT_POLLING, type Polling } from '../../src/contract';
import { BLOCKED_INTERVAL_SECONDS, intervalSeconds, nextPollAtMs } from '../../src/workflows/poll-schedule';

const polling = (changes: Partial<Polling>): Polling => ({ ...DEFAULT_POLLING, ...changes });

const anyPolling = fc
  .record({
    min: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
    span: fc.double({ min: 0, max: 1e6, noNaN: true }),
    ageFraction: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ min, span, ageFraction }) =>
    polling({ minIntervalSeconds: min, maxIntervalSeconds: min + span, ageFraction }),
  );
const anyAge = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const anyPoll = fc.nat({ max: 10_000_000 });

describe('the wait before the next poll', () => {
  test('is a tenth of the age, give or take a tenth of that', () => {
    for (let poll = 0; poll < 100; poll += 1) {
      const wait = intervalSeconds(DEFAULT_POLLING, 100, 't-1', poll);
      expect(wait).toBeGreaterThanOrEqual(9);
      expect(wait).toBeLessThanOrEqual(11);
    }
  });

  test('is the same for the same task and poll, and another for others', () => {
    const wait = (task: string, poll: number): number => intervalSeconds(DEFAULT_POLLING, 100, task, poll);
    expect(wait('t-1', 7)).toBe(wait('t-1', 7));
    const waits = Array.from({ length: 100 }, (_, i) => [wait('t-1', i), wait(`t-${i}`, 1)]).flat();
    expect(new Set(waits).size).toBeGreaterThan(190);
  });

  test('has no jitter where minimum and maximum are the same', () => {
    const fixed = polling({ minIntervalSeconds: 60, maxIntervalSeconds: 60 });
    expect([0, 1, 2, 3].map((poll) => intervalSeconds(fixed, 1e6, 't-1', poll))).toEqual([60, 60, 60, 60]);
  });

  test('is the minimum, within its jitter, for a fraction of 0 and for a start that lies ahead', () => {
    for (const [settings, age] of [
      [polling({ ageFraction: 0, minIntervalSeconds: 2 }), 1e6],
      [polling({ minIntervalSeconds: 2 }), -3600],
    ] as const) {
      for (let poll = 0; poll < 100; poll += 1) {
        const wait = intervalSeconds(settings, age, 't-1', poll);
        expect(wait).toBeGreaterThanOrEqual(2);
        expect(wait).toBeLessThanOrEqual(2.2);
      }
    }
  });

  test('spreads evenly over a range narrower than its jitter', () => {
    const narrow = polling({ minIntervalSeconds: 59, maxIntervalSeconds: 60 });
    const bins = Array<number>(10).fill(0);
    for (let i = 0; i < 1000; i += 1) {
      const bin = Math.min(9, Math.floor((intervalSeconds(narrow, 10_000, `t-${i}`, 50) - 59) * 10));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    expect(Math.min(...bins)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...bins)).toBeLessThanOrEqual(140);
  });

  test('is five minutes for a follow that waits for a person', () => {
    expect(BLOCKED_INTERVAL_SECONDS).toBe(300);
  });

  test.each([47, 1025, 1_000_000])(
    'is at its maximum, within its jitter, at poll %d of an age of 10^9 s (T25)',
    (poll) => {
      const wait = intervalSeconds(polling({ maxIntervalSeconds: 60 }), 1e9, 't-1', poll);
      expect(wait).toBeGreaterThanOrEqual(54);
      expect(wait).toBeLessThanOrEqual(60);
    },
  );

  test('stays inside the limits (T26)', () => {
    const settings = polling({ minIntervalSeconds: 1, maxIntervalSeconds: 60 });
    const random = fc.sample(fc.tuple(fc.string(), anyPoll, fc.double({ min: 0, max: 1e5, noNaN: true })), {
      numRuns: 100_000,
      seed: 1,
    });
    const outside = random.filter(([task, poll, age]) => {
      const wait = intervalSeconds(settings, age, task, poll);
      return !(wait >= 1 && wait <= 60);
    });
    expect(outside).toEqual([]);
  });

  test('spreads 1,000 tasks evenly over 54 to 60 s at the maximum, without a pile at its end (T27)', () => {
    const settings = polling({ maxIntervalSeconds: 60 });
    const waits = Array.from({ length: 1000 }, (_, i) => intervalSeconds(settings, 3600, `t-${i}`, 50));
    const bins = Array<number>(10).fill(0);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(54);
      const bin = Math.min(9, Math.floor((wait - 54) / 0.6));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    expect(Math.min(...bins)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...bins)).toBeLessThanOrEqual(140);
    expect(waits.filter((wait) => wait === 60).length).toBeLessThanOrEqual(1);
  });

  test('is finite and never below the minimum, whatever the settings, age and poll (T21)', () => {
    fc.assert(
      fc.property(anyPolling, anyAge, fc.string(), anyPoll, (settings, age, task, poll) => {
        const wait = intervalSeconds(settings, age, task, poll);
        return wait >= settings.minIntervalSeconds && wait <= settings.maxIntervalSeconds;
      }),
      { numRuns: 5000, seed: 1 },
    );
  });

  test.each([
    [60, 28, 32],
    [600, 53, 61],
    [3600, 153, 173],
    [86_400, 2910, 3225],
  ])('asks for a task of %d s between %d and %d times (T40)', (durationSeconds, atLeast, atMost) => {
    for (const task of ['t-1', 't-2', 't-3', 't-d8wjd8j30000']) {
      let calls = 1;
      for (let age = 0; age < durationSeconds; calls += 1) age += intervalSeconds(DEFAULT_POLLING, age, task, calls);
      expect(calls).toBeGreaterThanOrEqual(atLeast);
      expect(calls).toBeLessThanOrEqual(atMost);
    }
  });
});

describe('the instant of the next poll', () => {
  test.each([
    ['after the wait', 1_000, 2.5, 100_000, 3_500],
    ['never before the wait is over', 1_000, 0.0004, 100_000, 1_001],
    ['at the deadline, when the wait is longer (T15)', 60_000, 60, 90_000, 90_000],
    ['at the deadline, when the wait ends there', 30_000, 60, 90_000, 90_000],
    ['at once, at the deadline', 90_000, 60, 90_000, 90_000],
    ['beyond 2^31 ms (T24)', 1_000, 2_592_000, 5_184_001_000, 2_592_001_000],
    ['at once, past the deadline', 95_000, 60, 90_000, 95_000],
  ])('is %s', (_, nowMs, waitSeconds, deadlineMs, expected) => {
    expect(nextPollAtMs(nowMs, waitSeconds, deadlineMs)).toBe(expected);
  });

  test('is a whole millisecond, not in the past and not past the deadline (T21)', () => {
    const instant = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(instant, fc.double({ min: 0.001, max: 1e6, noNaN: true }), instant, (now, wait, deadline) => {
        const at = nextPollAtMs(now, wait, deadline);
        return (
          Number.isInteger(at) &&
          at >= now &&
          at <= Math.max(now, deadline) &&
          (at >= now + wait * 1000 || at >= deadline)
        );
      }),
      { numRuns: 5000, seed: 1 },
    );
  });
});
