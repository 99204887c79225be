import { describeBatch } from '../../../src/workflows/batch/batch-details';
import {
  initialBatch,
  openItems,
  outcomesText,
  phaseOf,
  sumOutcomes,
  toProgress,
  toReport,
} from '../../../src/workflows/batch/batch-progress';

const STARTED = '2026-05-01T12:00:00.000Z';
const blockedBy = { code: 'UnauthorizedOperation', message: 'no', since: STARTED, advice: 'Grant it.' };
const degradedBy = { code: 'InternalError', message: 'oops', since: STARTED, count: 2 };

test('the phase of a batch: an end before a pause before what blocks it', () => {
  const batch = initialBatch('z-1', 3, STARTED);
  expect(phaseOf(batch)).toBe('Running');
  const blocked = { ...batch, health: { resumes: 0, blockedBy } };
  expect(phaseOf(blocked)).toBe('Blocked');
  const paused = { ...blocked, pausedReason: 'maintenance' };
  expect(phaseOf(paused)).toBe('Paused');
  const ended = { ...paused, endedAt: STARTED };
  expect(phaseOf(ended)).toBe('Completed');
  expect(phaseOf({ ...ended, isCancelled: true })).toBe('Cancelled');
});

test('progress and report of a batch', () => {
  const batch = { ...initialBatch('z-1', 3, STARTED), health: { resumes: 1, blockedBy, degradedBy } };
  const outcomes = { Succeeded: 2, NotStarted: 1 };
  expect(toProgress(batch, outcomes)).toEqual({
    zoneId: 'z-1',
    phase: 'Blocked',
    total: 3,
    outcomes,
    startedAt: STARTED,
    blockedBy,
    degradedBy,
  });
  const endedAt = '2026-05-01T12:01:30.500Z';
  expect(toReport({ ...batch, endedAt }, { Succeeded: 3 })).toEqual({
    zoneId: 'z-1',
    phase: 'Completed',
    total: 3,
    outcomes: { Succeeded: 3 },
    startedAt: STARTED,
    endedAt,
    durationSeconds: 90.5,
  });
});

test('counts', () => {
  expect(openItems({ Succeeded: 5, StillFollowed: 2, NotStarted: 1 })).toBe(3);
  expect(sumOutcomes([{ Succeeded: 1 }, { Succeeded: 2, Failed: 1 }, {}])).toEqual({ Succeeded: 3, Failed: 1 });
  expect(outcomesText({ Succeeded: 3, Failed: 0, Refused: 1 })).toBe('3 Succeeded, 1 Refused');
});

test('operators read how far it is, what keeps it, and what to do', () => {
  const batch = {
    ...initialBatch('z-1', 3, STARTED),
    pausedReason: 'maintenance',
    health: { resumes: 0, blockedBy, degradedBy },
  };
  const progress = { ...toProgress(batch, { Succeeded: 2, NotStarted: 1 }), parts: ['part-1', 'part-2'] };
  expect(describeBatch(progress, { requestedBy: 'me', note: 'joiners' }).split('\n\n')).toEqual([
    '**Paused**: 2 of 3 items are over: 2 Succeeded, 1 NotStarted',
    `zone \`z-1\`, since ${STARTED}`,
    'paused: maintenance. Send the signal resume to go on',
    `needs a person since ${STARTED}: \`UnauthorizedOperation\` no`,
    'Grant it. Then send the signal resume, or wait for the next try',
    `riding out \`InternalError\` since ${STARTED} (2 in a row): oops`,
    '2 parts, each a workflow of its own',
    'requested by me',
    'note: joiners',
  ]);
});
