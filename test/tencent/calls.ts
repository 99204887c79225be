import type { ServerResponse } from 'node:http';
import type { Server } from 'node:net';

import {
  createOrganizationClient,
  createServerClock,
  createTransport,
  fixedCredentials,
  TencentCloudError,
  type Credentials,
  type OrganizationClient,
  type OrganizationClientOptions,
  type TransportOptions,
} from '../../src/tencent';
import { until } from '../support/until';

import { startFakeServer, type FakeServer } from './fake-server';

export const REQUEST = { zoneId: 'z-djw98wnd0000', taskId: 't-d8wjd8j30000' };
export const KEY: Credentials = { secretId: 'AKIDexample', secretKey: 'very-secret' };
export const GOOD = {
  Response: {
    TaskStatus: { Status: 'Success', TaskId: 'z-dnsudniw', TaskType: 'StartProvisioning', FailureReason: '' },
    RequestId: 'e297543a-80de',
  },
};
/** 2019-02-25T16:44:25.999Z, by which requests are signed. */
export const SIGNING_MS = 1551113065_999;

const closers: (() => Promise<unknown>)[] = [];

/** Closes whatever {@link serve} and {@link clientOf} opened. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Closes something with the rest. */
export function closeLater(close: () => Promise<unknown>): void {
  closers.push(close);
}

/** Waits until undici has put a connection back, which it does only after it has given out the end of the body. */
export function kept(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Waits until a server has no connection open. */
export async function noConnections(server: Server): Promise<void> {
  const open = (): Promise<number> => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  await until('no connection is open', async () => (await open()) === 0);
}

/** Starts a server for one test. */
export async function serve(answer: Parameters<typeof startFakeServer>[0]): Promise<FakeServer> {
  const fake = await startFakeServer(answer);
  closeLater(() => fake.close());
  return fake;
}

/** Makes a client for one test. */
export function clientOf(
  endpoint: string,
  options: Partial<OrganizationClientOptions> = {},
  transportOptions: TransportOptions = {},
): OrganizationClient {
  const transport = createTransport(transportOptions);
  closeLater(() => transport.close());
  return createOrganizationClient({
    endpoint,
    credentials: fixedCredentials(KEY),
    clock: createServerClock(() => SIGNING_MS),
    deadlineMs: 3_000,
    transport,
    ...options,
  });
}

/** Returns the typed error of a call, which must fail and tell no secret. */
export async function failureOf(promise: Promise<unknown>): Promise<TencentCloudError> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TencentCloudError);
  expect((error as Error).message).not.toContain(KEY.secretKey);
  return error as TencentCloudError;
}

/** Returns the typed error of a call that a server answers so. */
export async function failureWith(answer: (response: ServerResponse) => void): Promise<TencentCloudError> {
  const fake = await serve(answer);
  return failureOf(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST));
}
