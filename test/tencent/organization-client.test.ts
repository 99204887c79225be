import type { ServerResponse } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { createOrganizationClient, createTransport, signRequest, TencentCloudError } from '../../src/tencent';
import type { Credentials, OrganizationClient, OrganizationClientOptions, TransportOptions } from '../../src/tencent';

import { answerJson, startFakeServer } from './fake-server';
import type { FakeServer } from './fake-server';

const REQUEST = { zoneId: 'z-djw98wnd0000', taskId: 't-d8wjd8j30000' };
const BODY = '{"ZoneId":"z-djw98wnd0000","TaskId":"t-d8wjd8j30000"}';
const KEY: Credentials = { secretId: 'AKIDexample', secretKey: 'very-secret' };
const GOOD = {
  Response: {
    TaskStatus: { Status: 'Success', TaskId: 'z-dnsudniw', TaskType: 'StartProvisioning', FailureReason: '' },
    RequestId: 'e297543a-80de',
  },
};
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(answer: Parameters<typeof startFakeServer>[0]): Promise<FakeServer> {
  const fake = await startFakeServer(answer);
  closers.push(() => fake.close());
  return fake;
}

function clientOf(
  endpoint: string,
  options: Partial<OrganizationClientOptions> = {},
  transport: TransportOptions = {},
): OrganizationClient {
  const client = createOrganizationClient({
    endpoint,
    credentials: () => Promise.resolve(KEY),
    transport: createTransport({ deadlineMs: 3_000, ...transport }),
    now: () => 1551113065_999,
    ...options,
  });
  closers.push(() => client.close());
  return client;
}

async function failureOf(promise: Promise<unknown>): Promise<TencentCloudError> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TencentCloudError);
  expect((error as Error).message).not.toContain(KEY.secretKey);
  return error as TencentCloudError;
}

async function failureWith(answer: (response: ServerResponse) => void): Promise<TencentCloudError> {
  const fake = await serve(answer);
  return failureOf(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST));
}

describe('requests', () => {
  it('sends exactly the documented headers and body, signed for the host as sent', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    await clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST);
    expect(fake.received).toEqual([
      {
        method: 'POST',
        url: '/',
        body: BODY,
        headers: {
          host: '127.0.0.1',
          connection: 'keep-alive',
          'content-length': String(BODY.length),
          'content-type': 'application/json',
          authorization: signRequest({
            ...KEY,
            host: '127.0.0.1',
            contentType: 'application/json',
            body: BODY,
            timestampSeconds: 1551113065,
          }),
          'x-tc-action': 'GetProvisioningTaskStatus',
          'x-tc-version': '2021-03-31',
          'x-tc-timestamp': '1551113065',
          'x-tc-language': 'en-US',
        },
      },
    ]);
  });

  it('sends the token of temporary credentials, asked anew for each request, and a configured region', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    let turn = 0;
    const credentials = (): Promise<Credentials> => Promise.resolve({ ...KEY, token: `token-${(turn += 1)}` });
    const client = clientOf(fake.endpoint, { credentials, region: 'ap-singapore' });
    await client.getProvisioningTaskStatus(REQUEST);
    await client.getProvisioningTaskStatus(REQUEST);
    expect(fake.received.map(({ headers }) => headers['x-tc-token'])).toEqual(['token-1', 'token-2']);
    expect(fake.received[0]?.headers['x-tc-region']).toBe('ap-singapore');
  });

  it.each([{ secretId: '' }, { secretKey: '' }])('refuses empty credentials before sending: %o', async (empty) => {
    const fake = await serve((response) => answerJson(response, GOOD));
    const client = clientOf(fake.endpoint, { credentials: () => Promise.resolve({ ...KEY, ...empty }) });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.MissingCredentials', errorClass: 'auth' });
    expect(fake.received).toEqual([]);
  });

  it('tells when the source of the credentials fails', async () => {
    const cause = new Error('metadata is down');
    const client = clientOf('http://127.0.0.1:1', { credentials: () => Promise.reject(cause) });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.CredentialsUnavailable', errorClass: 'transient', cause });
  });

  it('reuses its connection', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    const client = clientOf(fake.endpoint);
    for (let i = 0; i < 5; i += 1) {
      await client.getProvisioningTaskStatus(REQUEST);
      // undici frees the connection only after it has given out the end of the body.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(fake.connections()).toBe(1);
  });

  it('refuses a bad endpoint at once', () => {
    expect(() => clientOf('http://organization.tencentcloudapi.com')).toThrow(/Invalid endpoint/);
  });
});

describe('answers', () => {
  it('gives the task status verbatim, an empty reason too', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    await expect(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST)).resolves.toEqual({
      status: 'Success',
      taskId: 'z-dnsudniw',
      taskType: 'StartProvisioning',
      failureReason: '',
      requestId: 'e297543a-80de',
    });
  });

  it('keeps unknown statuses and reasons', async () => {
    const TaskStatus = { Status: 'Sleeping', FailureReason: '部署失败', TaskType: null };
    const fake = await serve((response) => answerJson(response, { Response: { TaskStatus } }));
    await expect(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST)).resolves.toEqual({
      status: 'Sleeping',
      failureReason: '部署失败',
    });
  });

  it.each([200, 403, 500])('reads an API error at HTTP %d', async (httpStatus) => {
    const Response = { Error: { Code: 'AuthFailure.TokenFailure', Message: 'token error' }, RequestId: 'r-1' };
    expect(await failureWith((response) => answerJson(response, { Response }, httpStatus))).toMatchObject({
      code: 'AuthFailure.TokenFailure',
      errorClass: 'auth',
      message: 'token error',
      requestId: 'r-1',
      httpStatus,
    });
  });

  it('takes an HTML page for the failure of a gateway', async () => {
    const error = await failureWith((response) => response.writeHead(502).end('<html>Bad Gateway</html>'));
    expect(error).toMatchObject({ code: 'ClientError.HttpStatus', errorClass: 'transient', httpStatus: 502 });
  });

  it('reads a good envelope at any HTTP status', async () => {
    const fake = await serve((response) => answerJson(response, GOOD, 500));
    await expect(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({
      status: 'Success',
    });
  });

  it.each<[string, string, string]>([
    ['HTML', '<html></html>', 'is not a JSON object'],
    ['nothing', '', 'is not a JSON object'],
    ['null', 'null', 'is not a JSON object'],
    ['an empty object', '{}', 'has no Response'],
    ['a null Response', '{"Response":null}', 'has no Response'],
    ['no TaskStatus', '{"Response":{"RequestId":"r-2"}}', 'has no TaskStatus'],
    ['no Status', '{"Response":{"TaskStatus":{},"RequestId":"r-2"}}', 'whose Status'],
    ['an empty Status', '{"Response":{"TaskStatus":{"Status":""},"RequestId":"r-2"}}', 'whose Status'],
    ['a numeric Status', '{"Response":{"TaskStatus":{"Status":3},"RequestId":"r-2"}}', 'whose Status'],
    ['an Error without Code', '{"Response":{"Error":{},"RequestId":"r-2"}}', 'without a Code'],
  ])('calls %s malformed', async (_name, body, fault) => {
    const error = await failureWith((response) => response.end(body));
    expect(error).toMatchObject({ code: 'ClientError.MalformedAnswer', errorClass: 'transient', httpStatus: 200 });
    expect(error.message).toContain(fault);
    expect(error.message).toContain(body.includes('r-2') ? '(HTTP 200, request r-2)' : '(HTTP 200)');
  });
});

describe('transport', () => {
  it('tells a cut body', async () => {
    const error = await failureWith((response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"Resp', () => response.destroy());
    });
    expect(error).toMatchObject({ code: 'ClientError.NetworkError', httpStatus: 200 });
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ failed while reading the body/);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['waiting for the answer', () => undefined],
    ['reading the body', (response) => response.writeHead(200).write('{')],
  ])('cuts a call stalled while %s at the deadline, with its connection', async (phase, answer) => {
    const fake = await serve(answer);
    const client = clientOf(fake.endpoint, {}, { deadlineMs: 200 });
    const began = Date.now();
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(Date.now() - began).toBeLessThan(1_500);
    expect(error).toMatchObject({ code: 'ClientError.Timeout', errorClass: 'transient' });
    expect(error.message).toContain(phase);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const open = await new Promise((resolve) => fake.server.getConnections((_error, count) => resolve(count)));
    expect(open).toBe(0);
  });

  it('cuts a handshake that never ends at the deadline', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closers.push(() => Promise.resolve(void silent.close()));
    const { port } = silent.address() as AddressInfo;
    const client = clientOf(`https://127.0.0.1:${port}`, {}, { deadlineMs: 200 });
    const began = Date.now();
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(error.code).toBe('ClientError.Timeout');
  });

  it('ends with the reason of an outer signal', async () => {
    const fake = await serve(() => undefined);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    setTimeout(() => controller.abort(reason), 50);
    const client = clientOf(fake.endpoint);
    await expect(client.getProvisioningTaskStatus(REQUEST, controller.signal)).rejects.toBe(reason);
    await expect(client.getProvisioningTaskStatus(REQUEST, controller.signal)).rejects.toBe(reason);
  });

  it('refuses an oversized body', async () => {
    const fake = await serve((response) => response.end('x'.repeat(5_000)));
    const error = await failureOf(
      clientOf(fake.endpoint, {}, { maxBodyBytes: 1_000 }).getProvisioningTaskStatus(REQUEST),
    );
    expect(error).toMatchObject({ code: 'ClientError.BodyTooLarge', httpStatus: 200 });
  });

  it.each([301, 307])('does not follow a redirect of %d', async (status) => {
    const other = await serve((response) => answerJson(response, GOOD));
    const error = await failureWith((response) => response.writeHead(status, { location: other.endpoint }).end());
    expect(error).toMatchObject({ code: 'ClientError.Redirect', httpStatus: status });
    expect(other.received).toEqual([]);
  });

  it('tells a refused connection', async () => {
    const fake = await startFakeServer(() => undefined);
    await fake.close();
    const error = await failureOf(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.NetworkError', cause: { code: 'ECONNREFUSED' } });
    expect(error.message).toContain(fake.host);
  });

  describe('proxy', () => {
    async function proxyTo(): Promise<{ endpoint: string; used: string[] }> {
      const used: string[] = [];
      const proxy = await serve((response) => answerJson(response, {}, 405));
      proxy.server.on('connect', (request, socket) => {
        used.push(String(request.url));
        const [host, port] = String(request.url).split(':');
        const upstream = connect(Number(port), host, () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => socket.destroy());
        socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
      });
      return { endpoint: proxy.endpoint, used };
    }

    it.each(['HTTP_PROXY', 'http_proxy'])('goes through %s, with Host as signed', async (name) => {
      const fake = await serve((response) => answerJson(response, GOOD));
      const proxy = await proxyTo();
      const client = clientOf(fake.endpoint, {}, { env: { [name]: proxy.endpoint } });
      await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
      expect(proxy.used).toEqual([fake.host]);
      expect(fake.received[0]?.headers.host).toBe('127.0.0.1');
    });

    it.each(['NO_PROXY', 'no_proxy'])('goes past the proxy for a host of %s', async (name) => {
      const fake = await serve((response) => answerJson(response, GOOD));
      const proxy = await proxyTo();
      const client = clientOf(fake.endpoint, {}, { env: { HTTP_PROXY: proxy.endpoint, [name]: '127.0.0.1' } });
      await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
      expect(proxy.used).toEqual([]);
    });

    it('names a bad proxy variable without its value', () => {
      expect(() => createTransport({ env: { HTTPS_PROXY: '//me:pass@host' } })).toThrow(
        'HTTPS_PROXY must be a URL such as http://proxy.example:3128',
      );
    });
  });
});
