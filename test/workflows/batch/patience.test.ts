import type { CallResult } from '../../../src/workflows/batch/call-result';
import { insist, type Health, type Surroundings } from '../../../src/workflows/batch/patience';

const passing = (retryAfterSeconds?: number): CallResult<string> => ({
  kind: 'passing',
  error: {
    code: 'RequestLimitExceeded',
    message: 'too many',
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  },
});
const blocked: CallResult<string> = { kind: 'blocked', error: { code: 'UnauthorizedOperation', message: 'no' } };
const refused: CallResult<string> = { kind: 'refused', error: { code: 'InvalidParameter', message: 'bad' } };
const lost: CallResult<string> = { kind: 'lost', error: { code: 'InternalError', message: 'oops' } };
const unknown: CallResult<string> = { kind: 'passing', isUnknown: true, error: { code: 'New', message: 'what' } };
const done: CallResult<string> = { kind: 'done', answer: 'yes' };

function world(...results: CallResult<string>[]) {
  const health: Health = { resumes: 0 };
  const waits: number[] = [];
  const seen: Health[] = [];
  let isCancelled = false;
  const surroundings: Surroundings = {
    health,
    isCancelled: () => isCancelled,
    now: () => `at ${waits.length}`,
    until: (_holds, seconds = Infinity) => {
      seen.push(structuredClone(health));
      waits.push(seconds);
      return Promise.resolve();
    },
  };
  let calls = 0;
  const send = (): Promise<CallResult<string>> => {
    const result = results[Math.min(calls, results.length - 1)] as CallResult<string>;
    calls += 1;
    return Promise.resolve(result);
  };
  return {
    health,
    waits,
    seen,
    cancel: () => (isCancelled = true),
    calls: () => calls,
    run: () => insist(send, surroundings),
  };
}

test('what passes is sent again after 1, 2, 4 and at most 30 s, and shown meanwhile', async () => {
  const { run, waits, seen, health } = world(...Array.from({ length: 7 }, () => passing()), done);
  await expect(run()).resolves.toEqual(done);
  expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
  expect(seen[0]?.degradedBy).toEqual({ code: 'RequestLimitExceeded', message: 'too many', since: 'at 0', count: 1 });
  expect(seen[2]?.degradedBy).toMatchObject({ since: 'at 0', count: 3 });
  expect(health).toEqual({ resumes: 0 });
});

test('the cloud’s own wish is kept where it is longer', async () => {
  const { run, waits } = world(passing(5), passing(1), passing(0.5), done);
  await run();
  expect(waits).toEqual([5, 2, 4]);
});

test('what a person must mend is tried every five minutes, and shown until it goes', async () => {
  const { run, waits, seen, health } = world(blocked, blocked, done);
  await expect(run()).resolves.toEqual(done);
  expect(waits).toEqual([300, 300]);
  expect(seen[1]?.blockedBy).toEqual({ code: 'UnauthorizedOperation', message: 'no', since: 'at 0' });
  expect(health.blockedBy).toBeUndefined();
});

test('a refusal and a lost answer are not sent again', async () => {
  for (const result of [refused, lost]) {
    const { run, calls } = world(result);
    await expect(run()).resolves.toEqual(result);
    expect(calls()).toBe(1);
  }
});

test('a code that no list names is refused after five tries', async () => {
  const { run, calls } = world(unknown);
  await expect(run()).resolves.toEqual({ kind: 'refused', error: { code: 'New', message: 'what' } });
  expect(calls()).toBe(5);
});

test('a cancelled batch gives up after three tries, and takes back what was not sent', async () => {
  const { run, calls, cancel } = world(passing());
  cancel();
  await expect(run()).resolves.toEqual({ kind: 'withdrawn' });
  expect(calls()).toBe(3);
  const withdrawn = world({ kind: 'withdrawn' });
  await expect(withdrawn.run()).resolves.toEqual({ kind: 'withdrawn' });
});
