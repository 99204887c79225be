import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../emulator';
import {
  createServerClock,
  fixedCredentials,
  type CallQuota,
  type CloudObserver,
  type CredentialSource,
  type OrganizationClient,
} from '../../src/tencent';

import { until } from '../support/until';

import { clientOf, closeAll } from './calls';

const ZONE = 'z-1';
const REQUEST = { zoneId: ZONE, taskId: 't-1' };
const ACTION = 'GetProvisioningTaskStatus';
const NOW_MS = Date.parse('2026-03-20T12:00:00Z');
/** The cloud's clock. */
const serverTimeSeconds = NOW_MS / 1000;

let emulator: Emulator;
/** What the observer was told, in order; how long a request took is kept apart. */
let told: unknown[];
let seconds: number[];

const observer: CloudObserver = {
  requested({ seconds: took, ...request }) {
    told.push(request);
    seconds.push(took);
  },
  failed: (failure) => told.push(failure),
  keyObtained: (key) => told.push(key),
  keyNotObtained: (source) => told.push(source),
};

beforeEach(async () => {
  told = [];
  seconds = [];
  emulator = await startEmulator({ now: () => NOW_MS });
  emulator.setTask(ZONE, 't-1', { answers: [{ status: 'InProgress' }] });
});
afterEach(async () => {
  await closeAll();
  await emulator.close();
});

function client(options: { credentials?: CredentialSource; statusCallQuota?: CallQuota } = {}): OrganizationClient {
  const clock = createServerClock(() => NOW_MS);
  return clientOf(emulator.url, { credentials: fixedCredentials(DEMO_ACCOUNT), clock, observer, ...options });
}

/** The next calls are answered so. */
function answer(...answers: object[]): void {
  emulator.setTask(ZONE, 't-1', { answers });
}

const ignore = (): undefined => undefined;

test('a good answer is one request, with the cloud’s clock', async () => {
  await client().getProvisioningTaskStatus(REQUEST);
  expect(told).toEqual([{ action: ACTION, result: 'answered', serverTimeSeconds }]);
});

test('an Error is a request that was refused, and a failed call with class and code', async () => {
  answer({ error: { code: 'RequestLimitExceeded.UinLimitExceeded' } });
  await client().getProvisioningTaskStatus(REQUEST).catch(ignore);
  expect(told).toEqual([
    { action: ACTION, result: 'refused', serverTimeSeconds },
    { action: ACTION, errorClass: 'throttled', code: 'RequestLimitExceeded.UinLimitExceeded' },
  ]);
});

test.each([
  [{ rawBody: '<html>' }, 'ClientError.MalformedAnswer', { serverTimeSeconds }],
  [{ httpStatus: 502, rawBody: '' }, 'ClientError.HttpStatus', { serverTimeSeconds }],
  [{ drop: true }, 'ClientError.ConnectionReset', {}],
])('%j is a request that failed', async (fault, code, clock) => {
  answer(fault);
  await client().getProvisioningTaskStatus(REQUEST).catch(ignore);
  expect(told).toEqual([
    { action: ACTION, result: 'failed', ...clock },
    { action: ACTION, errorClass: 'transient', code },
  ]);
});

test('an answer that lacks what was asked for was had all the same, but the call failed', async () => {
  answer({ body: { Response: { RequestId: 'r' } } });
  await client().getProvisioningTaskStatus(REQUEST).catch(ignore);
  expect(told).toEqual([
    { action: ACTION, result: 'answered', serverTimeSeconds },
    { action: ACTION, errorClass: 'transient', code: 'ClientError.MalformedAnswer' },
  ]);
});

test('what is mended is two requests and no failed call', async () => {
  emulator.setClockOffset(600_000);
  await client().getProvisioningTaskStatus(REQUEST);
  expect(told).toEqual([
    { action: ACTION, result: 'refused', serverTimeSeconds: serverTimeSeconds + 600 },
    { action: ACTION, result: 'answered', serverTimeSeconds: serverTimeSeconds + 600 },
  ]);
});

test('a call without a key is a failed call, and no request', async () => {
  const credentials = fixedCredentials({ secretId: '', secretKey: '' });
  await client({ credentials }).getProvisioningTaskStatus(REQUEST).catch(ignore);
  expect(told).toEqual([{ action: ACTION, errorClass: 'needsPerson', code: 'ClientError.MissingCredentials' }]);
});

test('a request that its caller gives up counts as cancelled, one that still waits for its turn not at all', async () => {
  const stop = new AbortController();
  const statusCallQuota: CallQuota = { turn: () => new Promise(ignore), throttled: ignore };
  answer({ hang: true });
  const hanging = client().getProvisioningTaskStatus(REQUEST, stop.signal).catch(ignore);
  const waiting = client({ statusCallQuota }).getProvisioningTaskStatus(REQUEST, stop.signal).catch(ignore);
  await until('one is on its way', () => emulator.requests().length > 0);
  stop.abort(new Error('given up'));
  await Promise.all([hanging, waiting]);
  expect(told).toEqual([{ action: ACTION, result: 'cancelled' }]);
});

test('the wait for a turn is no part of the latency', async () => {
  const WAIT_MS = 300;
  const statusCallQuota: CallQuota = {
    turn: () => new Promise((resolve) => setTimeout(() => resolve(ignore), WAIT_MS)),
    throttled: ignore,
  };
  const beganMs = performance.now();
  await client({ statusCallQuota }).getProvisioningTaskStatus(REQUEST);
  const wholeMs = performance.now() - beganMs;
  // A timer may be a fraction of a millisecond early.
  expect(wholeMs).toBeGreaterThan(WAIT_MS - 2);
  expect(seconds).toEqual([expect.any(Number)]);
  expect((seconds[0] ?? NaN) * 1000).toBeLessThanOrEqual(wholeMs - WAIT_MS + 2);
});

test('the latency lasts until the end of the answer', async () => {
  answer({ status: 'InProgress', delayMs: 200 });
  await client().getProvisioningTaskStatus(REQUEST);
  expect(seconds[0]).toBeGreaterThanOrEqual(0.198);
});

test('the actions on user syncs are told under their own names', async () => {
  await client().listTasks({ zoneId: ZONE }).catch(ignore);
  expect(told[0]).toMatchObject({ action: 'ListTasks' });
});
