import { mean } from '../../bench/measure';
import { simulateClosedLoop, type ClosedLoop } from '../../bench/policy/closed-loop';
import { exponential, lognormal } from '../../bench/policy/durations';
import { EventQueue } from '../../bench/policy/event-queue';
import { Line } from '../../bench/policy/line';
import { PEER_SCHEDULES, simulateOpenLoop } from '../../bench/policy/open-loop';
import { measureOutage } from '../../bench/policy/outage';
import { CALLS_PER_SECOND, scheduleOf } from '../../bench/policy/runs';
import { measureSaturation, missedTargets } from '../../bench/policy/saturation';
import { DEFAULT_POLLING } from '../../src/contract';

const NEVER_SECONDS = 1e9;

/** Ten calls a second, an interval of 1 s, no time on the way. */
const plain: ClosedLoop = {
  tasksOfZones: [100],
  callsPerSecond: 10,
  schedule: scheduleOf({ ...DEFAULT_POLLING, maxIntervalSeconds: 1 }),
  durations: () => NEVER_SECONDS,
  roundTripMs: [0, 0],
  overheadMs: 0,
  warmUpSeconds: 50,
  measuredSeconds: 100.2,
  seed: 1,
};

describe('the queue of events', () => {
  it('gives the earliest first', () => {
    const queue = new EventQueue();
    const instants = [5, 3, 8, 1, 9, 2, 7, 3];
    instants.forEach((at, item) => queue.push(at, item));
    const taken = instants.map(() => [queue.nextAt, instants[queue.pop() ?? NaN]]);
    expect(taken).toEqual([1, 2, 3, 3, 5, 7, 8, 9].map((at) => [at, at]));
    expect([queue.nextAt, queue.pop()]).toEqual([Infinity, undefined]);
  });
});

describe('the line', () => {
  it('keeps the order of a zone, and zones take turns', () => {
    const line = new Line([3, 2]);
    line.push(0, 0);
    line.push(1, 0);
    line.push(3, 1);
    line.push(2, 0);
    const taken = Array.from({ length: 5 }, () => line.shift());
    expect(taken).toEqual([3, 0, 1, 2, undefined]);
  });
});

describe('the simulation', () => {
  it('gives each task a turn in N/R, where the quota is short', () => {
    const { largestGapMs, calls } = simulateClosedLoop(plain);
    // The pace takes a second to be 1,002 ms.
    expect(largestGapMs).toBeCloseTo(10_020, 3);
    expect(calls).toBe(1_000);
  });

  it('counts what a call may be late beyond the way that no call is spared', () => {
    const { largestGapMs } = simulateClosedLoop({ ...plain, roundTripMs: [80, 80] });
    // 5 ms of the way are not trusted, so that a second is taken to be 1,007 ms.
    expect(largestGapMs).toBeCloseTo(10_070, 3);
  });

  it('lets the schedule decide, where the quota is not short', () => {
    const { largestGapMs } = simulateClosedLoop({ ...plain, tasksOfZones: [1], roundTripMs: [80, 80], overheadMs: 20 });
    expect(largestGapMs).toBeCloseTo(1_100, 3);
  });

  it('counts the delay from the end of a task to its ending', () => {
    const { delays, calls, endings } = simulateClosedLoop({
      ...plain,
      tasksOfZones: [1],
      schedule: () => 10,
      durations: () => 25,
      roundTripMs: [100, 100],
      overheadMs: 20,
      measuredSeconds: 1_000,
    });
    // Sent 0, 10.12, 20.24 and 30.36 s after the start; the last one is answered 100 ms later, and told after 20 ms.
    for (const delay of delays[0] ?? []) expect(delay).toBeCloseTo(5.48, 6);
    expect(calls / endings).toBeCloseTo(4, 0);
  });

  it('gives zones the same share, however many tasks they have', () => {
    const zones = { tasksOfZones: [40, 360], callsPerSecond: 20, warmUpSeconds: 100, measuredSeconds: 600 };
    const { delays } = simulateClosedLoop({ ...plain, ...zones, durations: exponential(300) });
    const [small = NaN, large = NaN] = delays.map(mean);
    // Ten calls a second each: a cycle of 4 s and one of 36 s.
    expect(small).toBeGreaterThan(1.7);
    expect(small).toBeLessThan(2.3);
    expect(large).toBeGreaterThan(16);
    expect(large).toBeLessThan(22);
  });

  it('repeats itself for a seed', () => {
    const options = { ...plain, measuredSeconds: 20, durations: exponential(60), roundTripMs: [40, 120] as const };
    expect(simulateClosedLoop(options)).toEqual(simulateClosedLoop(options));
    expect(simulateClosedLoop(options)).not.toEqual(simulateClosedLoop({ ...options, seed: 2 }));
  });
});

describe('the policy, with 2,000 tasks', () => {
  const saturated = { profile: 'fast', tasks: 2_000, rounds: 1, measuredCycles: 16 } as const;

  it.each([
    ['exponential', exponential(90)],
    ['lognormal', lognormal(48, 0.5)],
  ])('reaches its targets with %s durations', (_name, durations) => {
    const figures = measureSaturation({ ...saturated, durations });
    expect(missedTargets({ profile: 'fast', durations: '', ...figures })).toEqual([]);
    // No policy without knowledge of the durations does better.
    expect(figures.meanOverBound).toBeGreaterThan(1);
  });

  it('gets through what an outage left as fast as the quota allows', () => {
    const { backlogSeconds, limitSeconds, busiestSecond } = measureOutage('default', 2_000);
    expect(backlogSeconds).toBeGreaterThan(0.8 * limitSeconds);
    expect(backlogSeconds).toBeLessThan(1.01 * limitSeconds);
    expect(busiestSecond).toBeLessThanOrEqual(CALLS_PER_SECOND);
  });
});

describe('waits that do not know each other', () => {
  const options = {
    quotaPerSecond: 10,
    schedule: PEER_SCHEDULES['bare loop, 1 s'] ?? (() => NaN),
    durations: exponential(60),
    roundTripMs: [0, 0],
    gapSeconds: 1,
    warmUpSeconds: 20,
    measuredSeconds: 200,
    seed: 1,
  } as const;

  it('are answered while the quota lasts', () => {
    const { throttled, calls } = simulateOpenLoop({ ...options, tasks: 5 });
    // Five tasks, once a second each.
    expect(calls / 200).toBeCloseTo(5, 0);
    expect(throttled).toBe(0);
  });

  it('are throttled beyond it', () => {
    const { throttled, calls } = simulateOpenLoop({ ...options, tasks: 100 });
    expect(throttled / calls).toBeCloseTo(0.9, 1);
  });
});
