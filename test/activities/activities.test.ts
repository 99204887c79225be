import { ApplicationFailure, DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

import { startEmulator } from '../../emulator';
import { createActivities } from '../../src/activities';
import { ERROR_CLASSES, type ErrorClass, type TaskStatusAnswer, type TaskStatusRequest } from '../../src/contract';
import {
  createOrganizationClient,
  createServerClock,
  createTransport,
  findErrorEntry,
  fixedCredentials,
  TencentCloudError,
  type Credentials,
} from '../../src/tencent';

const REQUEST: TaskStatusRequest = { zoneId: 'z-1', taskId: 't-1' };
const CODE_OF: Readonly<Record<ErrorClass, string>> = {
  transient: 'InternalError.ServerError',
  throttled: 'RequestLimitExceeded.UinLimitExceeded',
  healing: 'AuthFailure.TokenFailure',
  needsPerson: 'AuthFailure.UnauthorizedOperation',
  permanent: 'FailedOperation.ZoneIdNotExist',
  notFound: 'ResourceNotFound.UserProvisioningTaskNotFound',
  unknown: 'FailedOperation.SomethingNew',
};

type GetStatus = (request: TaskStatusRequest, signal?: AbortSignal) => Promise<TaskStatusAnswer>;

/** Runs the activity as a worker would, around a client that behaves as given. */
function check(getProvisioningTaskStatus: GetStatus, environment = createEnvironment()): Promise<TaskStatusAnswer> {
  const activities = createActivities({ organization: { getProvisioningTaskStatus } });
  return environment.run((request: TaskStatusRequest) => activities.getProvisioningTaskStatus(request), REQUEST);
}

function createEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR') });
}

function failureOf(getProvisioningTaskStatus: GetStatus, environment?: MockActivityEnvironment): Promise<unknown> {
  return check(getProvisioningTaskStatus, environment).then(
    (answer) => {
      throw new Error(`No failure, but ${JSON.stringify(answer)}`);
    },
    (error: unknown) => error,
  );
}

describe('getProvisioningTaskStatus', () => {
  test('asks once, for the task given, and passes the answer through verbatim', async () => {
    const answer: TaskStatusAnswer = {
      status: 'Failed',
      taskId: 't-1',
      taskType: 'StartProvisioning',
      failureReason: ' 部署失败: "a"\n',
      requestId: '6ef60bec-0242-43af-bb20-270359fb54a7',
    };
    const getStatus = jest.fn<ReturnType<GetStatus>, Parameters<GetStatus>>().mockResolvedValue(answer);
    await expect(check(getStatus)).resolves.toEqual(answer);
    expect(getStatus.mock.calls).toEqual([[REQUEST, expect.any(AbortSignal)]]);
  });

  test('adds no field to an answer that has only a status', async () => {
    await expect(check(() => Promise.resolve({ status: 'Unheard of' }))).resolves.toStrictEqual({
      status: 'Unheard of',
    });
  });

  test.each(ERROR_CLASSES)(
    'tells an error of class %s by its type, with the whole error as its detail',
    async (name) => {
      const cause = new TencentCloudError(CODE_OF[name], '出错了: "a"', { requestId: 'req-1', httpStatus: 200 });
      const failure = await failureOf(() => Promise.reject(cause));
      expect(failure).toBeInstanceOf(ApplicationFailure);
      const { type, message, details, nonRetryable, cause: kept } = failure as ApplicationFailure;
      expect({ type, message, details, nonRetryable }).toEqual({
        type: `StatusCheck.${name}`,
        message: `${CODE_OF[name]}: 出错了: "a"`,
        details: [
          {
            code: CODE_OF[name],
            message: '出错了: "a"',
            requestId: 'req-1',
            httpStatus: 200,
            advice: findErrorEntry(CODE_OF[name]).advice,
            ...(name === 'throttled' && { retryAfterSeconds: 5 }),
          },
        ],
        nonRetryable: false,
      });
      expect(kept).toBe(cause);
    },
  );

  test('leaves out of the detail what is not known', async () => {
    const failure = await failureOf(() => Promise.reject(new TencentCloudError('ClientError.Timeout', 'too slow')));
    expect((failure as ApplicationFailure).details).toStrictEqual([
      {
        code: 'ClientError.Timeout',
        message: 'too slow',
        advice:
          'Check name, route, firewall and proxy of the worker; `provisioning doctor` tells the phase that fails.',
      },
    ]);
  });

  test('rethrows any other error as it is', async () => {
    const error = new TypeError('a bug');
    await expect(failureOf(() => Promise.reject(error))).resolves.toBe(error);
  });

  test("a cancellation reaches the client's signal, and its reason comes out", async () => {
    const environment = createEnvironment();
    let signal: AbortSignal | undefined;
    const waiting: GetStatus = (_, given) =>
      new Promise((_resolve, reject) => {
        signal = given;
        given?.addEventListener('abort', () => reject(given.reason as Error), { once: true });
        environment.cancel('CANCELLED');
      });
    const failure = await failureOf(waiting, environment);
    expect(signal?.aborted).toBe(true);
    expect(failure).toBe(signal?.reason);
    expect(failure).toMatchObject({ name: 'CancelledFailure', message: 'CANCELLED' });
  });
});

describe('what a failure carries to the history', () => {
  const SECRETS = {
    secretId: 'AKIDsecretidsecretidsecretid',
    secretKey: 'keykeykeykeykeykeykeykey',
    token: 'tokentokentokentoken',
  };

  async function encodedFailure(endpoint: string, credentials: Credentials): Promise<string> {
    const transport = createTransport();
    const organization = createOrganizationClient({
      endpoint,
      credentials: fixedCredentials(credentials),
      clock: createServerClock(Date.now),
      transport,
    });
    try {
      const failure = await failureOf((request, signal) => organization.getProvisioningTaskStatus(request, signal));
      expect(failure).toBeInstanceOf(ApplicationFailure);
      const encoded = new DefaultFailureConverter().errorToFailure(failure, defaultPayloadConverter);
      return Buffer.from(temporal.api.failure.v1.Failure.encode(encoded).finish()).toString();
    } finally {
      await transport.close();
    }
  }

  test.each([
    ['a key that the cloud does not know', SECRETS, '{"code":"AuthFailure.SecretIdNotFound",'],
    [
      'a token that no header can hold',
      { ...SECRETS, token: `${SECRETS.token}\n` },
      '{"code":"ClientError.MalformedCredentials",',
    ],
  ])('no secret, with %s', async (_, credentials, code) => {
    const emulator = await startEmulator();
    try {
      const failure = await encodedFailure(emulator.url, credentials);
      expect(failure).toContain(code);
      for (const secret of Object.values(SECRETS)) expect(failure).not.toContain(secret);
      expect(failure).not.toContain('TC3-HMAC-SHA256');
    } finally {
      await emulator.close();
    }
  });

  test('no secret, when the connection is cut', async () => {
    const emulator = await startEmulator();
    const { url } = emulator;
    await emulator.close();
    const failure = await encodedFailure(url, SECRETS);
    expect(failure).toContain('{"code":"ClientError.ConnectionRefused",');
    for (const secret of Object.values(SECRETS)) expect(failure).not.toContain(secret);
  });
});
