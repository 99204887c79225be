import { judgeLiveness, judgeReadiness, type Vitals } from '../../src/health/health';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const RUNNING: Vitals = {
  stage: 'running',
  workers: { provisioning: 'RUNNING', 'tencent-organization': 'RUNNING' },
  temporal: { lastAnswerAtMs: NOW - 2_000 },
};
const FINE = { ok: true, reasons: [] };

test('a worker that polls and hears from the server is ready, and lives', () => {
  expect(judgeReadiness(RUNNING, NOW)).toEqual(FINE);
  expect(judgeLiveness(RUNNING)).toEqual(FINE);
});

test('one lost probe changes nothing while the last answer is recent', () => {
  const temporal = { lastAnswerAtMs: NOW - 10_000, lastError: 'Timeout expired' };
  expect(judgeReadiness({ ...RUNNING, temporal }, NOW)).toEqual(FINE);
});

test('a server that has not answered for more than 10 s makes it unready, yet it lives: it recovers by itself', () => {
  const vitals = { ...RUNNING, temporal: { lastAnswerAtMs: NOW - 10_001, lastError: 'Timeout expired' } };
  expect(judgeReadiness(vitals, NOW)).toEqual({
    ok: false,
    reasons: ['The Temporal server has not answered for 10 s', 'Its last probe failed: Timeout expired'],
  });
  expect(judgeLiveness(vitals)).toEqual(FINE);
});

test('before the first answer it is not ready', () => {
  expect(judgeReadiness({ ...RUNNING, temporal: {} }, NOW)).toEqual({
    ok: false,
    reasons: ['The Temporal server has not answered yet'],
  });
});

test('while it starts or drains it is not ready, and lives', () => {
  const starting: Vitals = { stage: 'starting', workers: {}, temporal: {} };
  expect(judgeReadiness(starting, NOW)).toEqual({ ok: false, reasons: ['The worker starts'] });
  expect(judgeLiveness(starting)).toEqual(FINE);
  const draining: Vitals = { ...RUNNING, stage: 'draining', workers: { provisioning: 'STOPPED' } };
  expect(judgeReadiness(draining, NOW)).toEqual({ ok: false, reasons: ['The worker drains'] });
  expect(judgeLiveness(draining)).toEqual(FINE);
});

test.each(['FAILED', 'STOPPED'])('a queue whose worker is %s while it runs: neither ready nor alive', (state) => {
  const vitals = { ...RUNNING, workers: { ...RUNNING.workers, provisioning: state } };
  const reasons = [`The worker of task queue provisioning is ${state}`];
  expect(judgeReadiness(vitals, NOW)).toEqual({ ok: false, reasons });
  expect(judgeLiveness(vitals)).toEqual({ ok: false, reasons });
});

test('a queue that is being drained makes it unready only', () => {
  const vitals = { ...RUNNING, workers: { provisioning: 'DRAINING' } };
  expect(judgeReadiness(vitals, NOW).ok).toBe(false);
  expect(judgeLiveness(vitals)).toEqual(FINE);
});
