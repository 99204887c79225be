import { createServer, type AddressInfo } from 'node:net';

import type { Answer } from '../../emulator';
import { ERROR_TABLE } from '../../src/tencent';
import { every, upsertsIn } from '../workflows/time-skipping';

import { createFaultsWorld, HTML, IN_PROGRESS, SUCCESS, type FaultsWorld, type FaultyFollow } from './faults-world';

const TASK_STATUS = { Status: 'Success', TaskId: 't-1', TaskType: 'StartProvisioning', FailureReason: '' };
/** Real time that a call has before it is cut. */
const SHORT = { deadlineMs: 500 };

interface Fault extends Pick<FaultyFollow, 'deadlineMs'> {
  answer: Answer;
  code: string;
  /** A part of the message. */
  tells: string;
  httpStatus?: number;
}

const malformed = (body: unknown, tells: string): Fault => ({
  answer: { body },
  code: 'ClientError.MalformedAnswer',
  tells: `The API's answer ${tells}`,
  httpStatus: 200,
});

/** Each is met twice in a row, each time by one call; then the task goes on. */
const FAULTS: Record<string, Fault> = {
  'an HTML page with 502': {
    answer: { httpStatus: 502, rawBody: HTML },
    code: 'ClientError.HttpStatus',
    tells: 'no envelope of the API and has a failing status (HTTP 502)',
    httpStatus: 502,
  },
  'an HTML page with 414': {
    answer: { httpStatus: 414, rawBody: HTML },
    code: 'ClientError.HttpStatus',
    tells: '(HTTP 414)',
    httpStatus: 414,
  },
  'an empty 503': {
    answer: { httpStatus: 503, rawBody: '' },
    code: 'ClientError.HttpStatus',
    tells: '(HTTP 503)',
    httpStatus: 503,
  },
  'an empty object with 504': {
    answer: { httpStatus: 504, body: {} },
    code: 'ClientError.HttpStatus',
    tells: '(HTTP 504)',
    httpStatus: 504,
  },
  'an HTML page with 200': {
    ...malformed(undefined, 'is not a JSON object (HTTP 200)'),
    answer: { rawBody: HTML },
  },
  'an empty body': { ...malformed(undefined, 'is not a JSON object'), answer: { rawBody: '' } },
  'JSON that ends too soon': {
    ...malformed(undefined, 'is not a JSON object'),
    answer: { rawBody: '{"Response":{"TaskStatus":{"Status":"Success"' },
  },
  'the status alone': malformed('Success', 'is not a JSON object'),
  null: malformed(null, 'is not a JSON object'),
  'an array': malformed([{ Response: { TaskStatus: TASK_STATUS } }], 'is not a JSON object'),
  'an empty object': malformed({}, 'has no Response object'),
  'a null Response': malformed({ Response: null }, 'has no Response object'),
  'an array as Response': malformed({ Response: [] }, 'has no Response object'),
  'no TaskStatus': malformed({ Response: { RequestId: 'r-7' } }, 'has no TaskStatus object (HTTP 200, request r-7)'),
  'a null TaskStatus': malformed({ Response: { TaskStatus: null } }, 'has no TaskStatus object'),
  'a string as TaskStatus': malformed({ Response: { TaskStatus: 'Success' } }, 'has no TaskStatus object'),
  'an array as TaskStatus': malformed({ Response: { TaskStatus: [TASK_STATUS] } }, 'has no TaskStatus object'),
  'TaskStatus beside Response': malformed({ Response: {}, TaskStatus: TASK_STATUS }, 'has no TaskStatus object'),
  'no Status': malformed({ Response: { TaskStatus: { TaskId: 't' } } }, 'has a TaskStatus whose Status is not'),
  'a null Status': malformed({ Response: { TaskStatus: { Status: null } } }, 'has a TaskStatus whose Status is not'),
  'an empty Status': malformed({ Response: { TaskStatus: { Status: '' } } }, 'has a TaskStatus whose Status is not'),
  'a number as Status': malformed({ Response: { TaskStatus: { Status: 3 } } }, 'has a TaskStatus whose Status is not'),
  'true as Status': malformed({ Response: { TaskStatus: { Status: true } } }, 'has a TaskStatus whose Status is not'),
  'an Error beside a success': malformed(
    { Response: { Error: {}, TaskStatus: TASK_STATUS } },
    'has an Error without a Code',
  ),
  'a string as Error': malformed({ Response: { Error: 'no' } }, 'has an Error without a Code'),
  'a number as Code': malformed({ Response: { Error: { Code: 5 } } }, 'has an Error without a Code'),
  'a Code that no code is': malformed(
    { Response: { Error: { Code: 'X'.repeat(3_000), Message: 'no' } } },
    'has an Error without a Code',
  ),
  'a Code that is not well-formed': malformed(
    { Response: { Error: { Code: 'Inter\udc00nal', Message: 'no' } } },
    'has an Error without a Code',
  ),
  'a Status that no status is': malformed(
    { Response: { TaskStatus: { ...TASK_STATUS, Status: 'S'.repeat(450_000) } } },
    'has a TaskStatus whose Status is not',
  ),
  'a Status that is not well-formed': malformed(
    { Response: { TaskStatus: { ...TASK_STATUS, Status: 'Success\ud83d' } } },
    'has a TaskStatus whose Status is not',
  ),
  // Temporal's core dies of such a failure.
  'a message that is not well-formed': {
    answer: { body: { Response: { Error: { Code: 'InternalError', Message: 'z\udc00' } } } },
    code: 'InternalError',
    tells: 'z\ufffd',
    httpStatus: 200,
  },
  'a message without end': {
    answer: { error: { code: 'InternalError', message: '😀'.repeat(100_000) } },
    code: 'InternalError',
    tells: `${'😀'.repeat(999)}\ufffd…`,
    httpStatus: 200,
  },
  'a body beyond all bounds': {
    answer: { rawBody: `{"Response":"${'x'.repeat(1_100_000)}"}` },
    code: 'ClientError.BodyTooLarge',
    tells: 'exceeds 1048576 bytes',
    httpStatus: 200,
  },
  'a redirect to another host': {
    answer: { httpStatus: 307, headers: { Location: 'http://127.0.0.1:1/' }, rawBody: '' },
    code: 'ClientError.Redirect',
    tells: 'answered with a redirect (HTTP 307), which is not followed',
    httpStatus: 307,
  },
  'a connection that is reset': {
    answer: { drop: true },
    code: 'ClientError.ConnectionReset',
    tells: 'failed while waiting for the answer of 127.0.0.1:',
  },
  'a body that is cut': {
    answer: { status: 'Success', cut: true },
    code: 'ClientError.ConnectionReset',
    tells: 'failed while reading the body from 127.0.0.1:',
    httpStatus: 200,
  },
  'no answer': {
    answer: { hang: true },
    code: 'ClientError.Timeout',
    tells: 'The call was cut after 500 ms, while waiting for the answer of 127.0.0.1:',
    ...SHORT,
  },
  'headers that come too late': {
    answer: { status: 'Success', delayMs: 1_500 },
    code: 'ClientError.Timeout',
    tells: 'while waiting for the answer of 127.0.0.1:',
    ...SHORT,
  },
  'headers without a body': {
    answer: { status: 'Success', stall: 'headers' },
    code: 'ClientError.Timeout',
    tells: 'while reading the body from 127.0.0.1:',
    ...SHORT,
  },
  'half a body': {
    answer: { status: 'Success', stall: 'body' },
    code: 'ClientError.Timeout',
    tells: 'while reading the body from 127.0.0.1:',
    ...SHORT,
  },
};

describe('every fault of the wire, through emulator, activity and workflow', () => {
  let world: FaultsWorld;

  beforeAll(async () => {
    world = await createFaultsWorld();
  }, 60_000);
  afterAll(() => world.close());

  test.each(Object.entries(FAULTS))('%s is ridden out, and never a success (T11, T41, T55)', async (_, fault) => {
    const { answer, code, tells, httpStatus, deadlineMs } = fault;
    let first;
    const { outcome, seen, events } = await world.follow({
      answers: [answer, answer, IN_PROGRESS, SUCCESS],
      input: every(10),
      ...(deadlineMs !== undefined && { deadlineMs }),
      meanwhile: async ({ polled, status }) => {
        await polled(1);
        first = await status();
      },
    });
    expect(seen.map(([second]) => second)).toEqual([0, 10, 20, 30]);
    expect(first).toMatchObject({
      phase: 'Polling',
      polls: 1,
      degradedBy: {
        code,
        message: expect.stringContaining(tells) as unknown,
        advice: ERROR_TABLE.flatMap(({ entries }) => entries).find((entry) => entry.code === code)?.advice,
        count: 1,
        ...(httpStatus !== undefined && { httpStatus }),
      },
    });
    expect(first).not.toHaveProperty('status');
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4 });
    expect(outcome?.observations.map(({ status, errorCode }) => status ?? errorCode)).toEqual([
      code,
      'InProgress',
      'Success',
    ]);
    expect(upsertsIn(events).map(({ phase, errorCode }) => [phase, errorCode])).toEqual([
      ['Polling', null],
      ['Polling', code],
      ['Polling', null],
      ['Succeeded', null],
    ]);
  });

  test('a deadline survives calls that are never answered (T11)', async () => {
    const { failure, outcome, seen } = await world.follow({
      answers: [{ hang: true }],
      input: { ...every(40), deadlineSeconds: 120 },
      ...SHORT,
    });
    expect(seen.map(([second]) => second)).toEqual([0, 40, 80, 120]);
    expect(failure?.type).toBe('ProvisioningDeadlineExceeded');
    expect(outcome).toMatchObject({ lastError: { code: 'ClientError.Timeout' }, polls: 4 });
    expect(world.emulator.connections()).toBe(0);
  });

  describe('a peer that cannot be reached', () => {
    const unreachable = async (options: Partial<FaultyFollow>): Promise<unknown> => {
      const { outcome, seen, failure, calls } = await world.follow({
        answers: [SUCCESS],
        input: { ...every(10), deadlineSeconds: 20 },
        ...options,
      });
      expect(calls).toEqual([0, 10, 20]);
      expect(seen).toEqual([]);
      expect(failure?.type).toBe('ProvisioningDeadlineExceeded');
      expect(outcome).toMatchObject({ polls: 3, degradedBy: { count: 3 } });
      return outcome?.lastError;
    };

    test('because nobody listens', async () => {
      await expect(unreachable({ endpoint: 'http://127.0.0.1:1' })).resolves.toMatchObject({
        code: 'ClientError.ConnectionRefused',
        message: 'The call to 127.0.0.1:1 failed while connecting to 127.0.0.1:1 (ECONNREFUSED)',
      });
    });

    test('because its name is unknown', async () => {
      await expect(unreachable({ endpoint: `https://${'x'.repeat(64)}.invalid` })).resolves.toMatchObject({
        code: 'ClientError.DnsFailure',
        message: expect.stringContaining('while resolving the name of') as unknown,
      });
    });

    test('because it speaks no TLS', async () => {
      const endpoint = world.emulator.url.replace('http:', 'https:');
      await expect(unreachable({ endpoint })).resolves.toMatchObject({
        code: 'ClientError.TlsFailure',
        message: expect.stringContaining('while in the TLS handshake with') as unknown,
      });
    });

    test('because the handshake never ends', async () => {
      const silent = createServer((socket) => socket.on('error', () => undefined).resume());
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      await expect(unreachable({ endpoint: `https://127.0.0.1:${port}`, ...SHORT })).resolves.toMatchObject({
        code: 'ClientError.Timeout',
        message: `The call was cut after 500 ms, while in the TLS handshake with 127.0.0.1:${port}`,
      });
      await new Promise((resolve) => silent.close(resolve));
    });

    test('because its proxy is away', async () => {
      const transport = { env: { HTTP_PROXY: 'http://127.0.0.1:1' } };
      await expect(unreachable({ transport })).resolves.toMatchObject({ code: 'ClientError.ProxyFailure' });
    });
  });

  test('a kept connection that the peer closed is replaced at once, unseen', async () => {
    const { outcome, seen } = await world.follow({
      answers: [IN_PROGRESS, { status: 'InProgress', dropReused: true }, SUCCESS],
      input: every(10),
    });
    // The second poll met the closed connection, and its call came again on a fresh one.
    expect(seen).toEqual([
      [0, 'InProgress'],
      [10, 'dropReused'],
      [10, 'Success'],
    ]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 2 });
    expect(outcome?.observations.map(({ status, errorCode }) => status ?? errorCode)).toEqual([
      'InProgress',
      'Success',
    ]);
  });

  test('a connection that is closed after each answer costs nothing', async () => {
    const { outcome, seen } = await world.follow({
      answers: [{ status: 'InProgress', closeAfter: true }, { status: 'InProgress', closeAfter: true }, SUCCESS],
      input: every(10),
    });
    expect(seen.map(([second]) => second)).toEqual([0, 10, 20]);
    expect(outcome?.observations.map(({ status, errorCode }) => status ?? errorCode)).toEqual([
      'InProgress',
      'Success',
    ]);
  });

  test('a good envelope counts at any HTTP status (T55)', async () => {
    const { outcome, seen } = await world.follow({ answers: [{ status: 'Success', httpStatus: 500 }] });
    expect(seen).toEqual([[0, 'Success']]);
    expect(outcome?.phase).toBe('Succeeded');
  });
});
