import fc from 'fast-check';

import { type CheckError, type ErrorClass, type FollowInput } from '../../src/contract';
import { nextPollAtMs } from '../../src/workflows/next-poll';
import { intervalSeconds } from '../../src/workflows/poll-schedule';
import {
  applyCheck,
  extendDeadline,
  pause,
  resume,
  setPolling,
  type CheckResult,
  type TaskState,
} from '../../src/workflows/task-state';

import { at, fresh, START } from './states';

const DAY = 86_400;
/** Next poll, in seconds from the start. */
const nextAt = (state: TaskState): number => (nextPollAtMs(state) - START) / 1000;

const inProgress: CheckResult = { answer: { status: 'InProgress' } };
const failed = (errorClass: ErrorClass, fields: Partial<CheckError> = {}): CheckResult => ({
  errorClass,
  error: { code: 'Any.Code', message: 'said the cloud', ...fields },
});
const forbidden = failed('needsPerson');
const throttled = (retryAfterSeconds: number): CheckResult => failed('throttled', { retryAfterSeconds });

/** The interval is the same for every age and poll. */
const fixed = (seconds: number): Pick<FollowInput, 'polling'> => ({
  polling: { minIntervalSeconds: seconds, maxIntervalSeconds: seconds },
});

describe('the first poll', () => {
  test.each([
    ['at the start', {}, 0],
    ['after the initial delay', { polling: { initialDelaySeconds: 20 } }, 20],
    [
      'after the initial delay, however old the task is (T34)',
      { startedAt: at(-3_600), polling: { initialDelaySeconds: 20 } },
      20,
    ],
    ['at the start, however far ahead the task begins', { startedAt: at(3_600) }, 0],
    [
      'at the deadline, when the initial delay is longer',
      { deadlineSeconds: 15, polling: { initialDelaySeconds: 20 } },
      15,
    ],
    [
      'after a delay beyond 2^31 ms (T24)',
      { deadlineSeconds: 60 * DAY, polling: { initialDelaySeconds: 30 * DAY } },
      30 * DAY,
    ],
  ])('is due %s', (_, input, seconds) => {
    expect(nextAt(fresh(input))).toBe(seconds);
  });

  test('is not moved by another pace', () => {
    const state = fresh({ polling: { initialDelaySeconds: 20 } });
    expect(nextAt(setPolling(state, { minIntervalSeconds: 25 }))).toBe(20);
  });
});

describe('a later poll', () => {
  test.each([
    ['after the wait', { ...fixed(2.5), deadlineSeconds: 100 }, 1, 3.5],
    ['never before the wait is over', { ...fixed(0.0004), deadlineSeconds: 100 }, 1, 1.001],
    ['at the deadline, when the wait is longer (T15)', { ...fixed(60), deadlineSeconds: 90 }, 60, 90],
    ['at the deadline, when the wait ends there', { ...fixed(60), deadlineSeconds: 90 }, 30, 90],
    ['beyond 2^31 ms (T24)', { ...fixed(30 * DAY), deadlineSeconds: 60 * DAY }, 1, 30 * DAY + 1],
    ['at once, at the deadline (T21)', { ...fixed(60), deadlineSeconds: 90 }, 90, 90],
    ['at the deadline, however long that is past (T21)', { ...fixed(60), deadlineSeconds: 90 }, 95, 90],
  ])('is due %s', (_, input, polledSeconds, seconds) => {
    expect(nextAt(applyCheck(fresh(input), inProgress, at(polledSeconds)))).toBe(seconds);
  });

  test("is due after the schedule's wait for the age at the last poll, and the polls made so far", () => {
    const state = applyCheck(applyCheck(fresh({ startedAt: at(-100) }), inProgress, at(0)), inProgress, at(20));
    const waitSeconds = intervalSeconds(state.polling, 120, 't-1', 2);
    expect(nextAt(state)).toBe(20 + Math.ceil(waitSeconds * 1000) / 1000);
    expect(nextAt(state)).toBeGreaterThanOrEqual(20 + 10.8);
    expect(nextAt(state)).toBeLessThanOrEqual(20 + 13.201);
  });

  test('is due after the minimum while the task has not begun', () => {
    const state = fresh({ startedAt: at(3_600), polling: { minIntervalSeconds: 7, maxIntervalSeconds: 7.001 } });
    expect(nextAt(applyCheck(state, inProgress, at(10)))).toBeGreaterThanOrEqual(17);
    expect(nextAt(applyCheck(state, inProgress, at(10)))).toBeLessThanOrEqual(17.001);
  });
});

describe('after an error', () => {
  test.each([
    ['that passes by itself, the schedule holds', failed('transient'), 30],
    ['of an unknown code, the schedule holds', failed('unknown'), 30],
    ['"not found", the schedule holds', failed('notFound'), 30],
    ['that asks for less than the schedule, the schedule holds', throttled(5), 30],
    ['that asks for more than the maximum, the maximum holds', throttled(1_800), 30],
    ['that needs a person, the next probe is five minutes later (T45)', forbidden, 300],
    ['that could have healed and did not, too (T45)', failed('healing'), 300],
    [
      'that needs a person and asks for longer, the probe is not put off',
      failed('needsPerson', { retryAfterSeconds: 900 }),
      300,
    ],
  ])('%s', (_, result, seconds) => {
    expect(nextAt(applyCheck(fresh(fixed(30)), result, at(0)))).toBe(seconds);
  });

  test.each([NaN, Infinity, 0, -5])('that asks for %p s the next poll is within the bounds (T39)', (seconds) => {
    expect(nextAt(applyCheck(fresh(fixed(30)), throttled(seconds), at(0)))).toBe(30);
  });

  test('that asks for a time within the bounds, that time and at most 5 s more pass', () => {
    const input = { polling: { minIntervalSeconds: 1, maxIntervalSeconds: 3_600 } };
    const seconds = nextAt(applyCheck(fresh(input), throttled(600), at(0)));
    expect(seconds).toBeGreaterThanOrEqual(600);
    expect(seconds).toBeLessThanOrEqual(605);
  });

  test('that asks for a longer wait than is left, the last poll is at the deadline (T18)', () => {
    const input = { deadlineSeconds: 900, polling: { maxIntervalSeconds: 3_600 } };
    expect(nextAt(applyCheck(fresh(input), throttled(1_800), at(0)))).toBe(900);
  });

  test('that was answered since, the schedule holds again', () => {
    const slow = applyCheck(fresh(fixed(30)), forbidden, at(0));
    expect(nextAt(applyCheck(slow, inProgress, at(300)))).toBe(330);
  });
});

describe('while blocked', () => {
  const blocked = (input: Partial<FollowInput>): TaskState => applyCheck(fresh(input), forbidden, at(10));

  test.each([
    ['five minutes after the last, though the maximum is shorter', fixed(30), 310],
    ['after the minimum, when that is longer', fixed(900), 910],
    ['at the deadline, when that comes first', { ...fixed(30), deadlineSeconds: 200 }, 200],
  ])('the next probe is %s (T45)', (_, input, seconds) => {
    expect(nextAt(blocked(input))).toBe(seconds);
  });

  test('a fault of the network does not hasten the probes', () => {
    expect(nextAt(applyCheck(blocked(fixed(30)), failed('transient'), at(310)))).toBe(610);
  });

  test('at most 13 calls are made in the first hour (T45)', () => {
    let state = fresh();
    let calls = 0;
    for (let seconds = nextAt(state); seconds <= 3_600; seconds = nextAt(state)) {
      state = applyCheck(state, forbidden, at(seconds));
      calls += 1;
    }
    expect(calls).toBe(13);
  });
});

describe('while paused', () => {
  test.each([
    ['before the first poll', fresh()],
    ['after a poll', applyCheck(fresh(), inProgress, at(10))],
    ['while blocked', applyCheck(fresh(), forbidden, at(10))],
    ['within a wait that the cloud asked for', applyCheck(fresh(), throttled(20), at(10))],
  ])('the only poll is the one at the deadline, paused %s', (_, state) => {
    expect(nextAt(pause(state, 'lunch', at(20)))).toBe(DAY);
    expect(nextAt(resume(pause(state, 'lunch', at(20))))).toBe(nextAt(state));
  });

  test('it moves with the deadline, and with nothing else', () => {
    const paused = pause(applyCheck(fresh(), inProgress, at(10)), 'lunch', at(20));
    expect(nextAt(extendDeadline(paused, { bySeconds: 60 }))).toBe(DAY + 60);
    expect(nextAt(setPolling(paused, { minIntervalSeconds: 5 }))).toBe(DAY);
    expect(nextAt(applyCheck(paused, inProgress, at(100)))).toBe(DAY);
  });
});

describe('a change by an operator', () => {
  const polled = applyCheck(fresh({ ...fixed(3_600), deadlineSeconds: 5_400 }), inProgress, at(100));

  test('of the pace counts from the last poll, so that the next may be due already', () => {
    expect(nextAt(polled)).toBe(3_700);
    expect(nextAt(setPolling(polled, { minIntervalSeconds: 60, maxIntervalSeconds: 60 }))).toBe(160);
    expect(nextAt(setPolling(polled, { minIntervalSeconds: 5_000, maxIntervalSeconds: 5_000 }))).toBe(5_100);
    expect(nextAt(setPolling(polled, { maxIntervalSeconds: 9_000, minIntervalSeconds: 9_000 }))).toBe(5_400);
  });

  test('of the deadline gives a poll that was cut to it its full wait', () => {
    const late = applyCheck(polled, inProgress, at(3_700));
    expect(nextAt(late)).toBe(5_400);
    expect(nextAt(extendDeadline(late, { bySeconds: 600 }))).toBe(6_000);
    expect(nextAt(extendDeadline(late, { bySeconds: 3_600 }))).toBe(7_300);
  });

  test('of the deadline leaves a poll alone that comes before it', () => {
    expect(nextAt(extendDeadline(polled, { bySeconds: 600 }))).toBe(3_700);
  });
});

describe('whatever the state', () => {
  const seconds = (max: number): fc.Arbitrary<number> => fc.double({ min: 0.001, max, noNaN: true });
  const anyResult = fc.oneof(
    fc.constant(inProgress),
    fc.constantFrom(forbidden, failed('healing'), failed('transient'), failed('notFound'), failed('unknown')),
    fc.double().map(throttled),
  );
  const anyState = fc
    .record({
      min: seconds(1e6),
      span: fc.double({ min: 0, max: 1e6, noNaN: true }),
      ageFraction: fc.double({ min: 0, max: 1, noNaN: true }),
      deadline: fc.double({ min: 1, max: 3e8, noNaN: true }),
      startedBefore: fc.integer({ min: -1e6, max: 0 }),
      initialDelaySeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
      results: fc.array(fc.tuple(anyResult, fc.integer({ min: 0, max: 1e9 })), { maxLength: 4 }),
      isPaused: fc.boolean(),
    })
    .map(({ min, span, ageFraction, deadline, startedBefore, initialDelaySeconds, results, isPaused }) => {
      const begun = fresh({
        startedAt: at(startedBefore),
        deadlineSeconds: deadline - startedBefore,
        polling: { minIntervalSeconds: min, maxIntervalSeconds: min + span, ageFraction, initialDelaySeconds },
      });
      let now = 0;
      const state = results.reduce((before, [result, later]) => {
        now += later;
        return applyCheck(before, result, at(now / 1000));
      }, begun);
      return isPaused ? pause(state, 'lunch', at(now / 1000)) : state;
    });

  test('the next poll is a whole millisecond, at least the minimum after the last, or at the deadline (T21)', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const nextMs = nextPollAtMs(state);
        const deadlineMs = Date.parse(state.deadlineAt);
        const earliestMs =
          state.lastPolledAt === undefined
            ? Date.parse(state.firstPollDueAt)
            : Date.parse(state.lastPolledAt) + state.polling.minIntervalSeconds * 1000;
        return Number.isInteger(nextMs) && nextMs <= deadlineMs && (nextMs >= earliestMs || nextMs === deadlineMs);
      }),
      { numRuns: 5000, seed: 1 },
    );
  });

  test('the next poll is the same from a stored state (T48)', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const stored = JSON.parse(JSON.stringify(state)) as TaskState;
        return nextPollAtMs(stored) === nextPollAtMs(state);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  test('polls that are made when they are due come to the deadline, with one last poll there (T21)', () => {
    fc.assert(
      fc.property(seconds(50), fc.double({ min: 0, max: 50, noNaN: true }), seconds(1_000), (min, span, deadline) => {
        let state = fresh({
          deadlineSeconds: Math.max(1, deadline),
          polling: { minIntervalSeconds: Math.max(1, min), maxIntervalSeconds: Math.max(1, min) + span },
        });
        const deadlineMs = Date.parse(state.deadlineAt);
        const due: number[] = [];
        for (let nextMs = START; due.at(-1) !== deadlineMs && due.length < 2_000; nextMs = nextPollAtMs(state)) {
          due.push(nextMs);
          state = applyCheck(state, inProgress, new Date(nextMs).toISOString());
        }
        return due.at(-1) === deadlineMs && due.every((ms, i) => i === 0 || ms > (due[i - 1] ?? Infinity));
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
