import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { generate } from 'selfsigned';

import { createTransport } from '../../src/tencent';

import {
  clientOf,
  closeAll,
  closeLater,
  failureOf,
  failureWith,
  GOOD,
  kept,
  noConnections,
  REQUEST,
  serve,
} from './calls';
import { answerJson, startFakeServer } from './fake-server';

afterEach(closeAll);

describe('transport', () => {
  it('tells a cut body', async () => {
    const error = await failureWith((response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"Resp', () => response.destroy());
    });
    expect(error).toMatchObject({ code: 'ClientError.ConnectionReset', httpStatus: 200 });
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ failed while reading the body/);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['waiting for the answer', () => undefined],
    ['reading the body', (response) => response.writeHead(200).write('{')],
  ])('cuts a call stalled while %s at the deadline, with its connection', async (phase, answer) => {
    const fake = await serve(answer);
    const client = clientOf(fake.endpoint, { deadlineMs: 500 });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.Timeout', errorClass: 'transient' });
    expect(error.message).toContain(`The call was cut after 500 ms, while ${phase}`);
    await noConnections(fake.server);
  });

  it('cuts a handshake that never ends at the deadline', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closeLater(() => Promise.resolve(void silent.close()));
    const { port } = silent.address() as AddressInfo;
    const client = clientOf(`https://127.0.0.1:${port}`, { deadlineMs: 200 });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error.code).toBe('ClientError.Timeout');
    expect(error.message).toContain('The call was cut after 200 ms, while ');
  });

  it('tells the handshake that hangs, whatever else connects meanwhile', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closeLater(() => new Promise((resolve) => silent.close(resolve)));
    const endpoint = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const transport = createTransport();
    closeLater(() => transport.close());
    const [early, late] = [500, 1_000].map((deadlineMs) =>
      failureOf(clientOf(endpoint, { deadlineMs, transport }).getProvisioningTaskStatus(REQUEST)),
    );
    expect((await early)?.message).toContain('while in the TLS handshake with');
    expect((await late)?.message).toContain('while in the TLS handshake with');
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
    expect(error).toMatchObject({ code: 'ClientError.ConnectionRefused', cause: { code: 'ECONNREFUSED' } });
    const { host } = fake;
    expect(error.message).toBe(`The call to ${host} failed while connecting to ${host} (ECONNREFUSED)`);
  });

  it('tells a name that cannot be resolved', async () => {
    // Longer than a label may be: refused by the resolver of this machine, nothing is sent.
    const name = `${'x'.repeat(64)}.invalid`;
    const error = await failureOf(clientOf(`https://${name}`).getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.DnsFailure', cause: { syscall: 'getaddrinfo' } });
    expect(error.message).toMatch(new RegExp(`^The call to ${name} failed while resolving the name of ${name}:443 `));
  });

  describe('TLS', () => {
    it('tells a peer that does not speak it', async () => {
      const fake = await serve((response) => answerJson(response, GOOD));
      const client = clientOf(fake.endpoint.replace('http:', 'https:'));
      const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
      expect(error.code).toBe('ClientError.TlsFailure');
      expect(error.message).toContain(`failed while in the TLS handshake with ${fake.host} (`);
    });

    it('tells a certificate that nobody vouches for, and sends nothing', async () => {
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
      let requests = 0;
      const server = createTlsServer({ cert, key }, (_, response) => {
        requests += 1;
        answerJson(response, GOOD);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closeLater(() => new Promise((resolve) => server.close(resolve)));
      const { port } = server.address() as AddressInfo;
      const error = await failureOf(clientOf(`https://127.0.0.1:${port}`).getProvisioningTaskStatus(REQUEST));
      expect(error.code).toBe('ClientError.TlsFailure');
      expect(error.message).toContain('(DEPTH_ZERO_SELF_SIGNED_CERT)');
      expect(requests).toBe(0);
    });
  });

  describe('a kept connection that the peer has closed', () => {
    /** Answers the first request of each connection, and resets the connection at any later one. */
    function onceForEachConnection(): (response: ServerResponse, request: IncomingMessage) => void {
      const used = new Set<Socket>();
      return (response, { socket }) => {
        if (used.has(socket)) return void socket.resetAndDestroy();
        used.add(socket);
        answerJson(response, GOOD);
      };
    }

    it('is replaced by a fresh one at once, once', async () => {
      const fake = await serve(onceForEachConnection());
      const client = clientOf(fake.endpoint);
      for (let i = 0; i < 3; i += 1) {
        await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
        await kept();
      }
      // First call; second: kept and reset, fresh; third: a new kept one, since the fresh one was closed after its call.
      expect(fake.received.map(({ headers }) => headers.connection)).toEqual([
        'keep-alive',
        'keep-alive',
        'close',
        'keep-alive',
      ]);
      expect(fake.connections()).toBe(3);
    });

    it('is replaced also when it ends without a reset', async () => {
      const used = new Set<Socket>();
      const fake = await serve((response, { socket }) => {
        if (used.has(socket)) return void socket.end();
        used.add(socket);
        answerJson(response, GOOD);
      });
      const client = clientOf(fake.endpoint);
      await client.getProvisioningTaskStatus(REQUEST);
      await kept();
      await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
      expect(fake.received).toHaveLength(3);
    });

    it('is replaced by one that may fail too: then the call fails', async () => {
      let requests = 0;
      const fake = await serve((response, { socket }) => {
        requests += 1;
        if (requests === 1) answerJson(response, GOOD);
        else socket.resetAndDestroy();
      });
      const client = clientOf(fake.endpoint);
      await client.getProvisioningTaskStatus(REQUEST);
      await kept();
      const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
      expect(error.code).toBe('ClientError.ConnectionReset');
      expect(error.message).toBe(
        `The call to ${fake.host} failed while waiting for the answer of ${fake.host} (ECONNRESET)`,
      );
      expect(requests).toBe(3);
    });

    it.each<[string, (response: ServerResponse, socket: Socket) => void]>([
      ['a connection made for the call', (_, socket) => socket.resetAndDestroy()],
      [
        'an answer that has begun',
        (response, socket) => response.writeHead(200, { 'content-length': '9' }).write('{', () => socket.destroy()),
      ],
    ])('but not %s', async (_, fail) => {
      let requests = 0;
      const fake = await serve((response, { socket }) => {
        requests += 1;
        fail(response, socket);
      });
      const error = await failureOf(clientOf(fake.endpoint).getProvisioningTaskStatus(REQUEST));
      expect(error.code).toBe('ClientError.ConnectionReset');
      expect(requests).toBe(1);
    });
  });

  it('tells a peer that does not speak HTTP', async () => {
    const gibberish = createServer((socket) => void socket.once('data', () => socket.end('220 ready\r\n')));
    await new Promise<void>((resolve) => gibberish.listen(0, '127.0.0.1', resolve));
    closeLater(() => new Promise((resolve) => gibberish.close(resolve)));
    const { port } = gibberish.address() as AddressInfo;
    const error = await failureOf(clientOf(`http://127.0.0.1:${port}`).getProvisioningTaskStatus(REQUEST));
    expect(error.code).toBe('ClientError.MalformedAnswer');
    expect(error.message).toContain(`127.0.0.1:${port} does not speak HTTP`);
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

    it('tells a proxy that nobody runs, without its password', async () => {
      const fake = await serve((response) => answerJson(response, GOOD));
      const gone = await startFakeServer(() => undefined);
      await gone.close();
      const env = { HTTP_PROXY: `http://me:hidden@${gone.host}` };
      const error = await failureOf(clientOf(fake.endpoint, {}, { env }).getProvisioningTaskStatus(REQUEST));
      expect(error.code).toBe('ClientError.ProxyFailure');
      expect(error.message).toBe(
        `The call to ${fake.host} failed while connecting to the proxy ${gone.host} (ECONNREFUSED)`,
      );
      expect(fake.received).toEqual([]);
    });

    it('that never opens its tunnel is told, and its connections end', async () => {
      const proxy = await serve(() => undefined);
      // Node leaves the half of a connection open that it has to close itself.
      proxy.server.on('connect', (_, socket) =>
        socket
          .on('error', () => undefined)
          .on('end', () => socket.end())
          .resume(),
      );
      const options = { connectTimeoutMs: 500, env: { HTTPS_PROXY: proxy.endpoint } };
      const client = clientOf('https://organization.example', { deadlineMs: 100 }, options);
      for (let i = 0; i < 3; i += 1) {
        const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
        expect(error.code).toBe('ClientError.Timeout');
        expect(error.message).toBe(
          'The call was cut after 100 ms, while connecting through the proxy to organization.example',
        );
      }
      await noConnections(proxy.server);
    });

    it('that breaks its tunnel, or speaks gibberish, is told as the proxy’s failure', async () => {
      const breaking = await serve(() => undefined);
      breaking.server.on('connect', (_, socket) => (socket as Socket).resetAndDestroy());
      const babbling = await serve(() => undefined);
      babbling.server.on('connect', (_, socket) => socket.end('220 ready\r\n'));
      for (const { endpoint } of [breaking, babbling]) {
        const client = clientOf('https://organization.example', {}, { env: { HTTPS_PROXY: endpoint } });
        const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
        expect(error.code).toBe('ClientError.ProxyFailure');
        expect(error.message).toMatch(
          /^The call to organization\.example failed while connecting through the proxy to organization\.example:443 /,
        );
      }
    });

    it('keeps a tunnel that is replaced at once when it turns out broken', async () => {
      const fake = await serve((response) => answerJson(response, GOOD));
      const proxy = await proxyTo();
      const client = clientOf(fake.endpoint, {}, { env: { HTTP_PROXY: proxy.endpoint } });
      await client.getProvisioningTaskStatus(REQUEST);
      await kept();
      fake.server.once('request', (request: IncomingMessage) => request.socket.resetAndDestroy());
      await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
      expect(proxy.used).toHaveLength(2);
    });

    it('tells a proxy that refuses', async () => {
      const fake = await serve((response) => answerJson(response, GOOD));
      const proxy = await serve(() => undefined);
      proxy.server.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
      const client = clientOf(fake.endpoint, {}, { env: { HTTP_PROXY: proxy.endpoint } });
      const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
      expect(error.code).toBe('ClientError.ProxyFailure');
      expect(error.message).toContain(`The proxy refused to connect to ${fake.host}: HTTP 407`);
    });

    it('names a bad proxy variable without its value', () => {
      expect(() => createTransport({ env: { HTTPS_PROXY: '//me:pass@host' } })).toThrow(
        'HTTPS_PROXY must be a URL such as http://proxy.example:3128',
      );
    });
  });
});
