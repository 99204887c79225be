import fc from 'fast-check';

import { DEFAULT_POLLING, type Polling } from '../../src/contract';
import { BLOCKED_INTERVAL_SECONDS, intervalSeconds, secondsAfterRefusal } from '../../src/workflows/poll-schedule';

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

describe('the wait after an error that asks to be left alone', () => {
  const wait = (scheduled: number, asked: number, max = 3_600, task = 't-1', poll = 1): number =>
    secondsAfterRefusal(polling({ maxIntervalSeconds: max }), scheduled, asked, task, poll);

  test.each([
    ['the schedule, when that is longer than what is asked with its spread', 60, 50, 3_600, 60],
    ['the maximum, when more is asked', 1, 1_800, 30, 30],
    ['the maximum, when just that is asked', 1, 30, 30, 30],
    ['the schedule, when that is longer than the maximum', 45, 1_800, 30, 45],
    ['the maximum for any time', 1, Infinity, 30, 30],
  ])('is %s', (_, scheduled, asked, max, seconds) => {
    expect(wait(scheduled, asked, max)).toBe(seconds);
  });

  test.each([0, -5, NaN, -Infinity])('is the schedule when %p s are asked (T39)', (asked) => {
    expect(wait(7.5, asked)).toBe(7.5);
  });

  test.each([
    [600, 600, 605],
    [5, 5, 10],
    [2, 2, 4],
    [0.5, 0.5, 1],
  ])('when %d s are asked is spread over %d to %d s, and the same again on replay', (asked, least, most) => {
    const waits = Array.from({ length: 1_000 }, (_, i) => wait(0.001, asked, 3_600, `t-${i}`));
    const bins = Array<number>(10).fill(0);
    for (const seconds of waits) {
      expect(seconds).toBeGreaterThanOrEqual(least);
      expect(seconds).toBeLessThanOrEqual(most);
      const bin = Math.min(9, Math.floor(((seconds - least) / (most - least)) * 10));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    expect(Math.min(...bins)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...bins)).toBeLessThanOrEqual(140);
    expect(Array.from({ length: 1_000 }, (_, i) => wait(0.001, asked, 3_600, `t-${i}`))).toEqual(waits);
  });

  test('is finite, never below the schedule and never above the maximum, whatever is asked (T21, T39)', () => {
    fc.assert(
      fc.property(anyPolling, anyAge, fc.double(), fc.string(), anyPoll, (settings, age, asked, task, poll) => {
        const scheduled = intervalSeconds(settings, age, task, poll);
        const seconds = secondsAfterRefusal(settings, scheduled, asked, task, poll);
        return seconds >= scheduled && seconds <= settings.maxIntervalSeconds;
      }),
      { numRuns: 5000, seed: 1 },
    );
  });
});
