import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

import { createUserSyncActivities, type UserSyncActivities } from '../../src/activities';
import { findErrorEntry, TencentCloudError, type UserSyncActions } from '../../src/tencent';

const WRITES = [
  'createUserSyncProvisioning',
  'deleteUserSyncProvisioning',
  'updateUserSyncProvisioning',
] as const satisfies (keyof UserSyncActivities)[];
const READS = [
  'getUserSyncProvisioning',
  'listUserSyncProvisionings',
  'listTasks',
] as const satisfies (keyof UserSyncActivities)[];
const ALL = [...WRITES, ...READS];
const REQUEST = { zoneId: 'z-1', userProvisioningId: 'up-1' };

type Call = (request: unknown, signal?: AbortSignal) => Promise<unknown>;

/** Runs an activity as a worker would, around a client whose action of that name behaves as given. */
function run(name: keyof UserSyncActivities, call: Call, environment = createEnvironment()): Promise<unknown> {
  const never = (): Promise<never> => Promise.reject(new Error('another action was called'));
  const others = Object.fromEntries(ALL.map((action) => [action, never]));
  const organization = { ...others, [name]: call } as unknown as UserSyncActions;
  const activity = createUserSyncActivities({ organization })[name] as (request: unknown) => Promise<unknown>;
  return environment.run(activity, REQUEST);
}

function createEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR') });
}

/** Returns why an activity failed whose call fails so. */
async function failureOf(name: keyof UserSyncActivities, error: Error): Promise<unknown> {
  return run(name, () => Promise.reject(error)).then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
}

test('there is one activity for each action', () => {
  expect(Object.keys(createUserSyncActivities({ organization: {} as UserSyncActions })).sort()).toEqual(
    [...ALL].sort(),
  );
});

test.each(READS)('%s makes one call, which a cancellation ends, and passes the answer through', async (name) => {
  const call = jest.fn<Promise<unknown>, Parameters<Call>>().mockResolvedValue({ requestId: 'r-1' });
  await expect(run(name, call)).resolves.toEqual({ requestId: 'r-1' });
  expect(call.mock.calls).toEqual([[REQUEST, expect.any(AbortSignal)]]);

  const environment = createEnvironment();
  const cancelled = run(
    name,
    (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        environment.cancel('CANCELLED');
      }),
    environment,
  );
  await expect(cancelled).rejects.toMatchObject({ name: 'CancelledFailure' });
});

test.each(WRITES)('%s makes one call, which no cancellation ends, and passes the answer through', async (name) => {
  const environment = createEnvironment();
  const call = jest.fn<Promise<unknown>, Parameters<Call>>().mockImplementation(() => {
    environment.cancel('CANCELLED');
    return Promise.resolve({ requestId: 'r-1' });
  });
  await expect(run(name, call, environment)).resolves.toEqual({ requestId: 'r-1' });
  expect(call.mock.calls).toEqual([[REQUEST]]);
});

test.each(ALL)('%s tells a failure by its class, with the whole error as its detail', async (name) => {
  const code = 'RequestLimitExceeded.UinLimitExceeded';
  const cause = new TencentCloudError(code, 'slow down', { requestId: 'r-1', httpStatus: 200 });
  const failure = await failureOf(name, cause);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  const { type, message, details, nonRetryable, cause: kept } = failure as ApplicationFailure;
  expect({ type, message, details, nonRetryable }).toStrictEqual({
    type: 'CloudCall.throttled',
    message: `${code}: slow down`,
    details: [
      {
        code,
        message: 'slow down',
        requestId: 'r-1',
        httpStatus: 200,
        advice: findErrorEntry(code).advice,
        retryAfterSeconds: 5,
      },
    ],
    nonRetryable: false,
  });
  expect(kept).toBe(cause);
});

const MAY_HAVE_RUN = ['InternalError', 'ClientError.ConnectionReset', 'FailedOperation.SomethingNew'];
const WAS_NOT_DONE = ['ClientError.ConnectionRefused', 'FailedOperation.UserProvisioningAlreadyExists'];

test.each([
  ...WRITES.flatMap((name) => MAY_HAVE_RUN.map((code) => [name, code, true] as const)),
  ...WRITES.flatMap((name) => WAS_NOT_DONE.map((code) => [name, code, undefined] as const)),
  ...READS.flatMap((name) => [...MAY_HAVE_RUN, ...WAS_NOT_DONE].map((code) => [name, code, undefined] as const)),
])('%s that failed by %s may have been done: %p', async (name, code, mayHaveRun) => {
  const failure = (await failureOf(name, new TencentCloudError(code, 'no'))) as ApplicationFailure;
  expect(failure.details).toStrictEqual([
    { code, message: 'no', advice: findErrorEntry(code).advice, ...(mayHaveRun && { mayHaveRun }) },
  ]);
});

test.each(ALL)('%s rethrows any other error as it is', async (name) => {
  const error = new TypeError('a bug');
  await expect(failureOf(name, error)).resolves.toBe(error);
});
