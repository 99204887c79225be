import type { FollowCounts } from '../../src/metrics/follow-metrics';
import { watchFollowCounts } from '../../src/metrics';

const COUNTS: FollowCounts = {
  follows: { Polling: 3, Paused: 0, Blocked: 1, NotBegun: 2 },
  blockedLongestSeconds: 60,
  batches: { provisionUsers: 1, deprovisionUsers: 0 },
};

describe('watching the counts of the server', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_000 }));
  afterEach(() => jest.useRealTimers());

  /** Counts are asked for and given by the test. */
  function watch() {
    const asked: { give(counts: FollowCounts): void; fail(error: Error): void }[] = [];
    const shown: unknown[] = [];
    const failures: unknown[] = [];
    const stop = new AbortController();
    const ended = watchFollowCounts({
      count: () => new Promise((give, fail) => asked.push({ give, fail })),
      metrics: { show: (counts, atMs) => shown.push([counts, atMs]), hide: () => shown.push('hidden') },
      signal: stop.signal,
      onFailure: (error) => failures.push(error),
    });
    const settle = () => jest.advanceTimersByTimeAsync(0);
    const last = () => asked.at(-1) ?? { give: () => undefined, fail: () => undefined };
    return {
      asked,
      shown,
      failures,
      ended,
      stop: () => stop.abort(),
      give: (counts = COUNTS) => (last().give(counts), settle()),
      fail: (message: string) => (last().fail(new Error(message)), settle()),
    };
  }

  test('asks at once, and again fifteen seconds after each answer, never twice at a time', async () => {
    const { asked, shown, give, stop, ended } = watch();
    expect(asked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
    await give();
    expect(shown).toEqual([[COUNTS, 61_000]]);
    await jest.advanceTimersByTimeAsync(14_999);
    expect(asked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
    await give();
    stop();
    await ended;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
  });

  test('shows nothing once they cannot be had, and tells the first failure of each row', async () => {
    const { shown, failures, give, fail, stop, ended } = watch();
    await give();
    for (const message of ['away', 'still away']) {
      await jest.advanceTimersByTimeAsync(15_000);
      await fail(message);
    }
    await jest.advanceTimersByTimeAsync(15_000);
    await give();
    await jest.advanceTimersByTimeAsync(15_000);
    await fail('away again');
    expect(shown).toEqual([[COUNTS, 1_000], 'hidden', 'hidden', [COUNTS, 46_000], 'hidden']);
    expect(failures).toEqual([new Error('away'), new Error('away again')]);
    stop();
    await ended;
  });

  test('does not tell the failure of a question that its end has cut', async () => {
    const { failures, stop, fail, ended } = watch();
    stop();
    await fail('cut');
    await ended;
    expect(failures).toEqual([]);
  });
});
