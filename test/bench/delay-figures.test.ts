import { delayFigures, type Observed } from '../../bench/delay-figures';
import { DEFAULT_POLLING } from '../../src/contract';

const task = (taskId: string, setAtMs: number, completedAtMs: number) => ({
  taskId,
  startedAtMs: setAtMs,
  setAtMs,
  completedAtMs,
});

/** One task completes at 20 s and is seen at 22 s; another stays in flight to the end; a third ended before. */
const observed: Observed = {
  tasks: [task('a', 0, 20_000), task('b', 10_000, 90_000), task('c', 0, 9_000)],
  calls: [
    { at: 9_500, taskId: 'c', answered: 'Success' },
    { at: 12_000, taskId: 'b', answered: 'InProgress' },
    { at: 18_000, taskId: 'a', answered: 'InProgress' },
    { at: 18_500, taskId: 'b', answered: 'RequestLimitExceeded' },
    { at: 22_000, taskId: 'a', answered: 'Success' },
  ],
  closedAt: new Map([
    ['a', 22_100],
    ['c', 9_600],
  ]),
  overhead: { cycleMs: 40, deliveryMs: 10 },
  untilMs: 40_000,
};
const span = { fromMs: 10_000, toMs: 30_000 };

it('counts what completed in the span, from there to the end of the follow', () => {
  const figures = delayFigures(observed, { statusCallsPerSecond: 1, polling: DEFAULT_POLLING }, span);
  expect(figures).toMatchObject({ completions: 1, unseen: 0, callsPerTask: 2, throttled: 1, busiestSecond: 2 });
  expect(figures.delay.mean).toBeCloseTo(2.1);
  expect(figures.detection.mean).toBeCloseTo(2);
  expect(figures.delivery.mean).toBeCloseTo(0.1);
  expect(figures.largestGap).toBe(6.5);
  // 2 s, half of the interval at an age of 20 s, and 30 ms.
  expect(figures.scheduled).toBeCloseTo(1.03);
});

it('divides by the larger of N / 2R and half of the shortest interval, with the overhead', () => {
  // In flight: a for 12 s and b for 20 s of 20 s.
  const busy = delayFigures(observed, { statusCallsPerSecond: 0.5, polling: DEFAULT_POLLING }, span);
  expect(busy.inFlight).toBeCloseTo(1.6);
  expect(busy.limit).toBeCloseTo(1.63);
  const idle = delayFigures(observed, { statusCallsPerSecond: 100, polling: DEFAULT_POLLING }, span);
  expect(idle.limit).toBeCloseTo(0.53);
  expect(idle.ratio).toBeCloseTo(2.1 / 0.53);
});

it('lets a task that nobody saw count with the time until the observation ended', () => {
  const calls = observed.calls.filter(({ answered }) => answered !== 'Success');
  const policy = { statusCallsPerSecond: 1, polling: DEFAULT_POLLING };
  const figures = delayFigures({ ...observed, calls, closedAt: new Map() }, policy, span);
  expect(figures).toMatchObject({ completions: 1, unseen: 1 });
  expect(figures.delay.mean).toBe(20);
});
