import { DEFAULT_TIMEOUT, retryAsTerraform, RetryTimeoutError } from '../../../../bench/user-syncs/terraform/retry';
import { TencentCloudError } from '../../../../src/tencent';

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Runs the attempts in skipped time: when each began, what came of them, and when, in seconds. */
async function run<T>(
  attempt: (number: number) => Promise<T | undefined>,
  timeout = DEFAULT_TIMEOUT,
): Promise<{ beganAt: number[]; end: unknown; endedAt: number }> {
  const beganAt: number[] = [];
  let endedAt = NaN;
  const end = retryAsTerraform(() => attempt(beganAt.push(Date.now() / 1000)), timeout)
    .catch((error: unknown) => error)
    .finally(() => (endedAt = Date.now() / 1000));
  await jest.runAllTimersAsync();
  return { beganAt, end: await end, endedAt };
}

const fail = (code: string): Promise<never> => Promise.reject(new TencentCloudError(code, 'refused'));

it('tries at once, and then after 0.5, 1, 2, 4, 8 and always 10 s', async () => {
  const { beganAt, end } = await run((number) => Promise.resolve(number === 8 ? 'done' : undefined));
  expect(beganAt).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5]);
  expect(end).toBe('done');
});

it('gives up after five minutes', async () => {
  const { beganAt, end, endedAt } = await run(() => Promise.resolve(undefined));
  expect(beganAt.at(-1)).toBe(295.5);
  expect(endedAt).toBe(300);
  expect(end).toBeInstanceOf(RetryTimeoutError);
});

it('lets an attempt that is under way then have half a minute more', async () => {
  const lasting = (seconds: number) => (number: number) =>
    new Promise<string | undefined>((resolve) => {
      if (number < 3) resolve(undefined);
      else setTimeout(() => resolve('late'), seconds * 1000);
    });
  const inGrace = await run(lasting(12), { timeoutMs: 5_000, graceMs: 10_000 });
  expect(inGrace).toMatchObject({ beganAt: [0, 0.5, 1.5], end: 'late', endedAt: 13.5 });
  jest.setSystemTime(0);
  const later = await run(lasting(20), { timeoutMs: 5_000, graceMs: 10_000 });
  expect(later).toMatchObject({ endedAt: 15, end: expect.any(RetryTimeoutError) as unknown });
});

it.each([
  'ClientError.NetworkError',
  'ClientError.HttpStatusCodeError',
  'RequestLimitExceeded',
  'RequestLimitExceeded.UinLimitExceeded',
  'ResourceInUse',
  'ResourceUnavailable.Busy',
])('tries again after %s', async (code) => {
  const { end } = await run((number) => (number === 1 ? fail(code) : Promise.resolve('done')));
  expect(end).toBe('done');
});

it.each([
  'InternalError',
  'ServiceUnavailable',
  'ClientError.ParseJsonError',
  'ResourceNotFound.UserProvisioningTaskNotFound',
  'AuthFailure.TokenFailure',
])('fails at once with %s', async (code) => {
  const { beganAt, end } = await run(() => fail(code));
  expect(beganAt).toEqual([0]);
  expect(end).toMatchObject({ code });
});
