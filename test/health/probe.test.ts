import type { ProbeRecord } from '../../src/health/health';
import { probeTemporal } from '../../src/health/probe';

test('probes until the signal aborts, and remembers the last answer and the last error', async () => {
  const stop = new AbortController();
  const record: ProbeRecord = {};
  const seen: [boolean, ProbeRecord][] = [];
  const answers = [
    () => Promise.resolve(),
    () => Promise.reject(new Error('Timeout expired')),
    () => Promise.reject(new Error('refused')),
    () => Promise.resolve(),
  ];
  await probeTemporal({
    ask: () => answers[seen.length]?.() ?? Promise.reject(new Error('asked too often')),
    record,
    onProbe(isAnswered) {
      seen.push([isAnswered, { ...record }]);
      if (seen.length === answers.length) stop.abort();
    },
    signal: stop.signal,
    everyMs: 1,
  });
  const firstAnswerAtMs = seen[0]?.[1].lastAnswerAtMs;
  expect(seen.map(([isAnswered, { lastError }]) => [isAnswered, lastError])).toEqual([
    [true, undefined],
    [false, 'Timeout expired'],
    [false, 'refused'],
    [true, undefined],
  ]);
  expect(firstAnswerAtMs).toBeGreaterThan(0);
  expect(seen[2]?.[1].lastAnswerAtMs).toBe(firstAnswerAtMs);
});

test('a signal that has aborted lets no probe be made', async () => {
  const ask = jest.fn(() => Promise.resolve());
  await probeTemporal({ ask, record: {}, signal: AbortSignal.abort() });
  expect(ask).not.toHaveBeenCalled();
});
