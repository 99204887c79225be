import { getEventListeners, setMaxListeners } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import {
  createOrganizationClient,
  createServerClock,
  createTransport,
  fixedCredentials,
  TencentCloudError,
  type OrganizationClient,
} from '../../src/tencent';
import { until } from '../support/until';

const CALLS = 10_000;
const AT_ONCE = 20;
const GOOD = JSON.stringify({ Response: { TaskStatus: { Status: 'InProgress' }, RequestId: 'r' } });

type Fault = (response: ServerResponse, socket: Socket) => unknown;

/** What becomes of each call, by the code that its task id names. */
const FAULTS: Record<string, Fault> = {
  answered: (response) => response.end(GOOD),
  'ClientError.ConnectionReset': (_, socket) => socket.resetAndDestroy(),
  'ClientError.HttpStatus': (response) => response.writeHead(502).end('<html>'),
  'ClientError.MalformedAnswer': (response) => response.end('{}'),
  'ClientError.Redirect': (response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
  'ClientError.BodyTooLarge': (response) => response.end('x'.repeat(5_000)),
  'ClientError.Timeout': (response) => response.writeHead(200, { 'Content-Length': '9' }).write('{'),
  'RequestLimitExceeded.IPLimitExceeded': (response) =>
    response.end('{"Response":{"Error":{"Code":"RequestLimitExceeded.IPLimitExceeded"}}}'),
};

function collectGarbage(): void {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
}

function heapMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Counts what keeps this process alive: `Timeout`, `TCPSocketWrap`, … */
function active(name: string): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === name).length;
}

let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => FAULTS[(JSON.parse(body) as { TaskId: string }).TaskId]?.(response, request.socket));
    // Cut by the client in mid-answer, as some are meant to be.
    response.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('10,000 calls through faults leave neither socket, timer, listener nor memory behind', async () => {
  const timersBefore = active('Timeout');
  const socketsBefore = active('TCPSocketWrap');
  const transport = createTransport({ maxBodyBytes: 4_000 });
  const clientWith = (deadlineMs: number): OrganizationClient =>
    createOrganizationClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: fixedCredentials({ secretId: 'id', secretKey: 'key' }),
      clock: createServerClock(Date.now),
      transport,
      deadlineMs,
    });
  const organization = clientWith(10_000);
  // For the calls that are meant to be cut, and for no other.
  const hasty = clientWith(20);
  const caller = new AbortController();
  // As many calls at once as listeners: more would be a leak.
  setMaxListeners(AT_ONCE, caller.signal);
  const outcomes: Record<string, number> = {};
  const kinds = Object.keys(FAULTS);
  let made = 0;
  const makeCalls = async (total: number): Promise<void> => {
    while (made < total) {
      const taskId = kinds[(made += 1) % kinds.length] ?? '';
      const client = taskId === 'ClientError.Timeout' ? hasty : organization;
      const outcome = await client.getProvisioningTaskStatus({ zoneId: 'z', taskId }, caller.signal).then(
        () => 'answered',
        (error: unknown) => (error instanceof TencentCloudError ? error.code : String(error)),
      );
      const key = outcome === taskId ? outcome : `${taskId} became ${outcome}`;
      outcomes[key] = (outcomes[key] ?? 0) + 1;
    }
  };
  const makeCallsAtOnce = (total: number): Promise<void[]> =>
    Promise.all(Array.from({ length: AT_ONCE }, () => makeCalls(total)));

  await makeCallsAtOnce(CALLS / 5);
  const heapEarly = heapMegabytes();
  await makeCallsAtOnce(CALLS);
  const heapLate = heapMegabytes();

  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThanOrEqual(CALLS);
  expect(Object.keys(outcomes).sort()).toEqual([...kinds].sort());
  expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  expect(heapLate - heapEarly).toBeLessThan(4);
  // Kept connections only: no more than ever were in use at once.
  expect(active('TCPSocketWrap') - socketsBefore).toBeLessThanOrEqual(2 * AT_ONCE);

  await transport.close();
  await until('every socket is closed', () => active('TCPSocketWrap') === socketsBefore);
  await until('every timer is gone', () => active('Timeout') <= timersBefore + 1);
}, 120_000);
