import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { createTransport } from '../../src/tencent';
import { until } from '../support/until';

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
import { answerJson, startFakeServer, type FakeServer } from './fake-server';

afterEach(closeAll);

/** Starts a TCP server for one test. */
async function listen(onConnection: (socket: Socket) => void): Promise<{ server: Server; host: string }> {
  const server = createServer((socket) => onConnection(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => new Promise((resolve) => server.close(resolve)));
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Answers the first request on each connection with these bytes. */
async function listenAnswering(bytes: string): Promise<string> {
  const { host } = await listen((socket) => void socket.once('data', () => socket.end(bytes)));
  return `http://${host}`;
}

describe('a kept connection', () => {
  it('that breaks within an answer is not replaced: that request was heard', async () => {
    const fake = await serve((response) => {
      if (fake.received.length === 1) answerJson(response, GOOD);
      else response.writeHead(200, { 'content-length': '1000' }).write('{"Resp', () => response.destroy());
    });
    const client = clientOf(fake.endpoint);
    await client.getProvisioningTaskStatus(REQUEST);
    await kept();
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.ConnectionReset', httpStatus: 200 });
    expect(fake.received).toHaveLength(2);
    expect(fake.connections()).toBe(1);
  });

  it('that breaks time and again costs one more connection each time', async () => {
    const used = new Set<Socket>();
    const fake = await serve((response, { socket }) => {
      if (used.has(socket)) return void socket.resetAndDestroy();
      used.add(socket);
      answerJson(response, GOOD);
    });
    const client = clientOf(fake.endpoint);
    for (let i = 0; i < 6; i += 1) {
      await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
      await kept();
    }
    expect(fake.connections()).toBe(6);
    expect(fake.received).toHaveLength(9);
  });
});

describe('an answer', () => {
  it.each([300, 308, 399])('of HTTP %d is a redirect that is not followed', async (status) => {
    const other = await serve((response) => answerJson(response, GOOD));
    const error = await failureWith((response) => response.writeHead(status, { location: other.endpoint }).end());
    expect(error).toMatchObject({ code: 'ClientError.Redirect', httpStatus: status });
    expect(other.received).toEqual([]);
  });

  it('may be as long as the longest body accepted, and no byte longer', async () => {
    const body = JSON.stringify(GOOD);
    const options = { maxBodyBytes: body.length };
    const exact = await serve((response) => response.end(body));
    const client = clientOf(exact.endpoint, {}, options);
    await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
    const longer = await serve((response) => response.end(`${body} `));
    const error = await failureOf(clientOf(longer.endpoint, {}, options).getProvisioningTaskStatus(REQUEST));
    expect(error.code).toBe('ClientError.BodyTooLarge');
    expect(error.message).toBe(`The body that ${longer.host} answered (HTTP 200) exceeds ${body.length} bytes`);
  });

  it('that ends before its Content-Length is a broken connection', async () => {
    const body = JSON.stringify(GOOD);
    const endpoint = await listenAnswering(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length + 1}\r\n\r\n${body}`);
    const error = await failureOf(clientOf(endpoint).getProvisioningTaskStatus(REQUEST));
    expect(error).toMatchObject({ code: 'ClientError.ConnectionReset', httpStatus: 200 });
  });

  it('with two lengths is a broken connection', async () => {
    const body = JSON.stringify(GOOD);
    const lengths = `Content-Length: ${body.length}\r\nContent-Length: ${body.length - 1}\r\n`;
    const endpoint = await listenAnswering(`HTTP/1.1 200 OK\r\n${lengths}\r\n${body}`);
    const error = await failureOf(clientOf(endpoint).getProvisioningTaskStatus(REQUEST));
    expect(error.code).toBe('ClientError.ConnectionReset');
  });
});

describe('a connection that is being made', () => {
  it('carries no request of a call that was cut meanwhile', async () => {
    const fake = await serve((response) => answerJson(response, GOOD));
    const proxy = await serve(() => undefined);
    const opened: (() => Promise<void>)[] = [];
    proxy.server.on('connect', (_, socket: Socket) => {
      opened.push(async () => {
        const upstream = connect(Number(new URL(fake.endpoint).port), '127.0.0.1');
        socket.on('close', () => upstream.destroy());
        upstream.on('close', () => socket.destroy()).on('error', () => undefined);
        await once(upstream, 'connect');
        upstream.pipe(socket.on('error', () => undefined)).pipe(upstream);
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
      });
    });
    const transport = createTransport({ env: { HTTP_PROXY: proxy.endpoint } });
    closeLater(() => transport.close());
    const hasty = clientOf(fake.endpoint, { transport, deadlineMs: 100 });
    const error = await failureOf(hasty.getProvisioningTaskStatus({ ...REQUEST, taskId: 't-cut' }));
    expect(error.code).toBe('ClientError.Timeout');
    // The tunnel is asked for before the call is cut, and may be heard of after it.
    await until('the tunnel was asked for', () => opened.length > 0);
    expect(opened).toHaveLength(1);
    await opened[0]?.();
    const patient = clientOf(fake.endpoint, { transport, deadlineMs: 20_000 });
    const answer = patient.getProvisioningTaskStatus(REQUEST);
    proxy.server.on('connect', () => void opened.at(-1)?.());
    await expect(answer).resolves.toMatchObject({ status: 'Success' });
    expect(fake.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { ZoneId: REQUEST.zoneId, TaskId: REQUEST.taskId },
    ]);
  });

  it('ends with the transport, within its TLS handshake too', async () => {
    const sockets: Socket[] = [];
    const { server, host } = await listen((socket) => sockets.push(socket));
    const transport = createTransport();
    const client = clientOf(`https://${host}`, { transport, deadlineMs: 20_000 });
    const failed = failureOf(client.getProvisioningTaskStatus(REQUEST));
    await once(server, 'connection');
    const [socket] = sockets;
    // The greeting of TLS.
    await once(socket as Socket, 'data');
    const began = Date.now();
    const ended = once(socket as Socket, 'close');
    await Promise.all([transport.close(), failed, ended]);
    expect(Date.now() - began).toBeLessThan(5_000);
    await noConnections(server);
  });
});

describe('a proxy', () => {
  /** Starts a proxy that refuses, and tells for which hosts. */
  async function refusing(): Promise<FakeServer & { asked: string[] }> {
    const asked: string[] = [];
    const proxy = await serve(() => undefined);
    proxy.server.on('connect', ({ url }, socket) => {
      asked.push(String(url));
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    return { ...proxy, asked };
  }

  /** Sets variables of this very process for one test. */
  function setOwn(variables: Record<string, string>): void {
    const before = { ...process.env };
    Object.assign(process.env, variables);
    closeLater(() => Promise.resolve(void (process.env = before)));
  }

  it('that leads to a host without TLS is told as a failure of TLS, with the host', async () => {
    const proxy = await serve(() => undefined);
    proxy.server.on('connect', (_, socket: Socket) => {
      socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () => socket.end('220 mail.example ready\r\n'));
    });
    const client = clientOf('https://organization.example', {}, { env: { HTTPS_PROXY: proxy.endpoint } });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error.code).toBe('ClientError.TlsFailure');
    expect(error.message).toContain('organization.example');
  });

  it.each(['http', 'https'])('that only this process names is not used for %s', async (protocol) => {
    const gone = await startFakeServer(() => undefined);
    await gone.close();
    const [named, mine] = [await refusing(), await refusing()];
    const own = mine.endpoint;
    setOwn({ HTTP_PROXY: own, HTTPS_PROXY: own, http_proxy: own, https_proxy: own });
    const direct = await failureOf(clientOf(`${protocol}://${gone.host}`).getProvisioningTaskStatus(REQUEST));
    expect(direct.code).toBe('ClientError.ConnectionRefused');
    const other = protocol === 'http' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    const options = { env: { [other]: named.endpoint } };
    await failureOf(clientOf(`${protocol}://${gone.host}`, {}, options).getProvisioningTaskStatus(REQUEST));
    expect(mine.asked).toEqual([]);
  });

  it('is used for a host that only this process excepts', async () => {
    const proxy = await refusing();
    setOwn({ NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' });
    const client = clientOf('http://127.0.0.1:9', {}, { env: { HTTP_PROXY: proxy.endpoint } });
    const error = await failureOf(client.getProvisioningTaskStatus(REQUEST));
    expect(error.message).toContain('The proxy refused to connect to 127.0.0.1:9: HTTP 403');
    expect(proxy.asked).toEqual(['127.0.0.1:9']);
  });

  it.each(['http', 'https'])('of the lower case wins for %s', async (protocol) => {
    const [lower, upper] = [await refusing(), await refusing()];
    const name = `${protocol}_proxy`;
    const env = { [name]: lower.endpoint, [name.toUpperCase()]: upper.endpoint };
    await failureOf(clientOf(`${protocol}://127.0.0.1:9`, {}, { env }).getProvisioningTaskStatus(REQUEST));
    expect(lower.asked).toEqual(['127.0.0.1:9']);
    expect(upper.asked).toEqual([]);
  });

  it('excepts the hosts of the lower case', async () => {
    const proxy = await refusing();
    const fake = await serve((response) => answerJson(response, GOOD));
    const env = { HTTP_PROXY: proxy.endpoint, no_proxy: '127.0.0.1', NO_PROXY: 'other.example' };
    const client = clientOf(fake.endpoint, {}, { env });
    await expect(client.getProvisioningTaskStatus(REQUEST)).resolves.toMatchObject({ status: 'Success' });
    expect(proxy.asked).toEqual([]);
  });
});
