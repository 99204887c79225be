import { getEventListeners } from 'node:events';

import { stopOn, type Stop } from '../src/waiting';

const DAY_MS = 86_400_000;
const MAX_TIMER_MS = 2_147_483_647;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  // First: a spy gives back the timer that it found, which is the fake one.
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** Lets promises settle, none of which wait for a timer. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
}

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('a wait with a time limit', () => {
  test.each([1, 1_000, DAY_MS, MAX_TIMER_MS, MAX_TIMER_MS + 1, 30 * DAY_MS, 365 * DAY_MS])(
    'of %d ms ends then, and not a millisecond before (T24)',
    (timeoutMs) => {
      const { signal } = stopOn(undefined, timeoutMs);
      jest.advanceTimersByTime(timeoutMs - 1);
      expect(signal.aborted).toBe(false);
      jest.advanceTimersByTime(1);
      expect(signal.aborted).toBe(true);
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  test('never arms a timer above 2^31-1 ms (T24)', () => {
    const setTimeoutSpy = jest.spyOn(globalThis, 'setTimeout');
    const { signal } = stopOn(undefined, 60 * DAY_MS);
    jest.advanceTimersByTime(60 * DAY_MS);
    expect(signal.aborted).toBe(true);
    // 60 days are 5,184,000,000 ms: two of the longest timers and a rest.
    expect(setTimeoutSpy.mock.calls.map(([, ms]) => ms)).toEqual([0, MAX_TIMER_MS, MAX_TIMER_MS, 889_032_706]);
  });

  test('of any length goes on for a year (T24)', () => {
    const stop = stopOn(undefined, Infinity);
    jest.advanceTimersByTime(365 * DAY_MS);
    expect(stop.signal.aborted).toBe(false);
    stop.release();
    expect(jest.getTimerCount()).toBe(0);
  });

  test.each([0, -1])('of %d ms ends at once, though not before its caller has it', (timeoutMs) => {
    const { signal } = stopOn(undefined, timeoutMs);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(0);
    expect(signal.aborted).toBe(true);
  });

  test('rejects what its caller races against', async () => {
    const { aborted } = stopOn(undefined, 1_000);
    const seen = jest.fn();
    aborted.catch(seen);
    jest.advanceTimersByTime(999);
    await settle();
    expect(seen).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    await settle();
    expect(seen.mock.calls).toEqual([[new Error('The wait was ended')]]);
  });
});

describe('a wait without a time limit', () => {
  test('arms no timer', () => {
    const { signal } = stopOn(undefined);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(365 * DAY_MS);
    expect(signal.aborted).toBe(false);
  });

  test('leaves one listener on the signal of its caller, whatever is done with its own', () => {
    const outer = new AbortController();
    const stop = stopOn(outer.signal);
    for (let i = 0; i < 5; i += 1) stop.signal.addEventListener('abort', () => undefined);
    expect(listeners(outer.signal)).toBe(1);
    stop.release();
    expect(listeners(outer.signal)).toBe(0);
  });
});

describe('the signal of a caller', () => {
  test('ends the wait when it aborts', async () => {
    const outer = new AbortController();
    const { signal, aborted } = stopOn(outer.signal, 1_000);
    expect(signal.aborted).toBe(false);
    outer.abort();
    expect(signal.aborted).toBe(true);
    await expect(aborted).rejects.toThrow('The wait was ended');
  });

  test('ends the wait from the beginning when it has aborted already', async () => {
    const { signal, aborted } = stopOn(AbortSignal.abort());
    expect(signal.aborted).toBe(true);
    await expect(aborted).rejects.toThrow('The wait was ended');
  });

  test('ends only the waits that were given it (T07)', () => {
    const outer = new AbortController();
    const own = stopOn(outer.signal);
    const other = stopOn(new AbortController().signal);
    outer.abort();
    expect([own.signal.aborted, other.signal.aborted]).toEqual([true, false]);
  });

  test('is not ended by the time limit of a wait (T07)', () => {
    const outer = new AbortController();
    const limited = stopOn(outer.signal, 1_000);
    const other = stopOn(outer.signal);
    jest.advanceTimersByTime(1_000);
    expect([limited.signal.aborted, other.signal.aborted, outer.signal.aborted]).toEqual([true, false, false]);
  });
});

describe('a wait that is released', () => {
  const cases: [string, () => { outer: AbortController; stop: Stop }][] = [
    ['before its limit', () => released(30 * DAY_MS)],
    ['in its first instant', () => released(1_000, 0)],
    ['after part of a long limit', () => released(60 * DAY_MS, 40 * DAY_MS)],
    ['after its limit', () => released(1_000, 2_000)],
    ['without a limit', () => released()],
  ];

  function released(timeoutMs?: number, afterMs = 1): { outer: AbortController; stop: Stop } {
    const outer = new AbortController();
    const stop = stopOn(outer.signal, timeoutMs);
    jest.advanceTimersByTime(afterMs);
    stop.release();
    return { outer, stop };
  }

  test.each(cases)('%s leaves no timer and no listener, and nothing ends it any more', (_, begin) => {
    const { outer, stop } = begin();
    expect(jest.getTimerCount()).toBe(0);
    expect(listeners(outer.signal)).toBe(0);
    const before = stop.signal.aborted;
    outer.abort();
    jest.advanceTimersByTime(365 * DAY_MS);
    expect(stop.signal.aborted).toBe(before);
  });

  test('after its caller ended it leaves no timer and no listener', () => {
    const outer = new AbortController();
    const stop = stopOn(outer.signal, 1_000);
    outer.abort();
    stop.release();
    expect(jest.getTimerCount()).toBe(0);
    expect(listeners(outer.signal)).toBe(0);
  });

  test('may be released again', () => {
    const { stop } = released(1_000);
    expect(() => stop.release()).not.toThrow();
  });
});

test('a wait that ends while nobody listens is no unhandled rejection', async () => {
  jest.useRealTimers();
  const unhandled = jest.fn();
  process.on('unhandledRejection', unhandled);
  try {
    const stops = [stopOn(AbortSignal.abort()), stopOn(undefined, 1)];
    // Node tells of them after the microtasks of a turn of its loop.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stops.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(unhandled).not.toHaveBeenCalled();
  } finally {
    process.off('unhandledRejection', unhandled);
  }
});
