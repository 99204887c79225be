import { judgeFailure, refusedIfBlocked } from '../../../src/workflows/batch/call-result';

const error = { code: 'Code', message: 'text' };

test.each([
  ['transient', 'passing'],
  ['throttled', 'passing'],
  ['healing', 'blocked'],
  ['needsPerson', 'blocked'],
  ['permanent', 'refused'],
  ['notFound', 'refused'],
])('an error of class %s was not done: %s', (errorClass, kind) => {
  for (const isWrite of [true, false]) {
    expect(judgeFailure(`CloudCall.${errorClass}`, error, 'm', isWrite)).toEqual({ kind, error });
  }
});

test('an unknown code is worth another try, but not for ever', () => {
  expect(judgeFailure('CloudCall.unknown', error, 'm', false)).toEqual({ kind: 'passing', error, isUnknown: true });
});

test('only a write can be lost: one that may have run, or of which nothing is known', () => {
  const mayHaveRun = { ...error, mayHaveRun: true as const };
  for (const errorClass of ['transient', 'unknown', 'permanent']) {
    expect(judgeFailure(`CloudCall.${errorClass}`, mayHaveRun, 'm', true)).toEqual({ kind: 'lost', error: mayHaveRun });
  }
  const silent = { code: 'ClientError.CallLost', message: 'gone silent' };
  expect(judgeFailure(undefined, undefined, 'gone silent', true)).toEqual({ kind: 'lost', error: silent });
  expect(judgeFailure(undefined, undefined, 'gone silent', false)).toEqual({ kind: 'passing', error: silent });
  // From a worker of another version.
  expect(judgeFailure('CloudCall.permanent', { code: 1 }, 'gone silent', true).kind).toBe('lost');
  expect(judgeFailure('CloudCall.novel', error, 'gone silent', true).kind).toBe('lost');
});

test('where nobody is waited for, what a person must mend is refused', () => {
  expect(refusedIfBlocked({ kind: 'blocked', error })).toEqual({ kind: 'refused', error });
  expect(refusedIfBlocked({ kind: 'passing', error })).toEqual({ kind: 'passing', error });
});
