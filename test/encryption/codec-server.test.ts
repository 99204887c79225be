import { once } from 'node:events';
import { request } from 'node:http';
import net from 'node:net';

import { startCodecServer, type CodecServer } from '../../src/encryption/codec-server';
import type { CodecServerSettings } from '../../src/encryption/codec-server-settings';
import { parseEncryptionKeys } from '../../src/encryption/encryption-keys';
import { until } from '../support/until';

const TOKEN = 'token-of-the-test';
const UI = 'http://localhost:8233';
const settings: CodecServerSettings = {
  encryption: parseEncryptionKeys(
    `new:${Buffer.alloc(32, 2).toString('base64')},old:${Buffer.alloc(32, 1).toString('base64')}`,
  ),
  address: { host: '127.0.0.1', port: 0 },
  token: TOKEN,
  corsOrigins: [UI],
};
const SECRET = 'nobody may read this';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const CLEAR = { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(SECRET)) };
const BEARER = { Authorization: `Bearer ${TOKEN}` };
const JSON_BODY = { 'Content-Type': 'application/json' };

interface JsonPayload {
  metadata: Record<string, string>;
  data: string;
}

describe('the codec server', () => {
  let server: CodecServer;
  let refusals: string[];

  beforeAll(async () => {
    server = await startCodecServer(settings, { onRefusal: (line) => refusals.push(line) });
  });

  beforeEach(() => {
    refusals = [];
  });

  afterAll(() => server.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = BEARER): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { ...JSON_BODY, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  async function payloadsOf(response: Promise<Response>): Promise<JsonPayload[]> {
    const answer = await response;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    return ((await answer.json()) as { payloads: JsonPayload[] }).payloads;
  }

  async function refusal(response: Promise<Response>): Promise<[number, string]> {
    const answer = await response;
    const body = (await answer.json()) as { message: string };
    expect(Object.keys(body)).toEqual(['message']);
    return [answer.status, body.message];
  }

  test.each(['', '/default', '/my%20space.a1b2c'])('encodes and decodes below "%s"', async (prefix) => {
    const empty = { metadata: { encoding: base64('binary/null') } };
    const encoded = await payloadsOf(post(`${prefix}/encode`, { payloads: [CLEAR, empty] }));
    expect(encoded.map(({ metadata }) => metadata)).toEqual(
      Array(2).fill({ encoding: base64('binary/encrypted'), 'encryption-key-id': base64('new') }),
    );
    expect(Buffer.from(encoded[0]?.data ?? '', 'base64').includes(SECRET)).toBe(false);
    // What is in clear text comes back as it is.
    const decoded = await payloadsOf(post(`${prefix}/decode`, { payloads: [...encoded, CLEAR] }));
    expect(decoded).toEqual([CLEAR, empty, CLEAR]);
    expect(refusals).toEqual([]);
  });

  test.each([{ payloads: [] }, {}])('answers no payloads with none: %j', async (body) => {
    await expect(payloadsOf(post('/encode', body))).resolves.toEqual([]);
  });

  test('says which key is missing, and shows no payload', async () => {
    const other = await startCodecServer({ ...settings, encryption: parseEncryptionKeys(`b:${'A'.repeat(43)}`) });
    const payloads = await payloadsOf(
      fetch(`${other.url}/encode`, {
        method: 'POST',
        headers: { ...JSON_BODY, ...BEARER },
        body: JSON.stringify({ payloads: [CLEAR] }),
      }),
    );
    await other.close();
    const message =
      'A payload is encrypted with the key "b", which PROVISIONING_ENCRYPTION_KEYS does not have: add it after the first entry';
    await expect(refusal(post('/decode', { payloads: [CLEAR, ...payloads] }))).resolves.toEqual([400, message]);
    expect(refusals).toEqual([`POST "/decode" from 127.0.0.1 was refused with 400: ${message}`]);
  });

  const unauthorized = [
    401,
    'send PROVISIONING_CODEC_TOKEN as a bearer token, or open the page of this server once in the browser',
  ];
  test.each([
    ['no header', undefined],
    ['another token', 'Bearer token-of-the-tesT'],
    ['a longer token', `Bearer ${TOKEN}s`],
    ['the token alone', TOKEN],
    ['another scheme', `Token ${TOKEN}`],
    ['the token as the user', `Basic ${base64(`${TOKEN}:`)}`],
    ['another password', `Basic ${base64('me:token')}`],
    ['no token', 'Bearer '],
  ])('refuses %s', async (_, authorization) => {
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    for (const path of ['/decode', '/encode', '/default/decode']) {
      await expect(refusal(post(path, { payloads: [] }, headers))).resolves.toEqual(unauthorized);
    }
    await expect(refusal(fetch(server.url, { headers }))).resolves.toEqual(unauthorized);
    // Who opens the page without a token is asked for it.
    expect(refusals).toHaveLength(authorization === undefined ? 3 : 4);
  });

  test('asks a browser for the token on its page, and there alone', async () => {
    const page = await fetch(server.url);
    expect(page.headers.get('www-authenticate')).toBe('Basic realm="provisioning codec server", charset="UTF-8"');
    const decode = await post('/decode', { payloads: [] }, {});
    expect(decode.headers.get('www-authenticate')).toBe('Bearer realm="provisioning codec server"');
  });

  test.each([
    ['Bearer', `Bearer ${TOKEN}`],
    ['Basic, whoever the user is', `Basic ${base64(`ada:${TOKEN}`)}`],
    ['Basic, without a user', `basic ${base64(`:${TOKEN}`)}`],
  ])('takes the token as %s', async (_, authorization) => {
    await expect(payloadsOf(post('/decode', { payloads: [CLEAR] }, { Authorization: authorization }))).resolves.toEqual(
      [CLEAR],
    );
    const page = await fetch(server.url, { headers: { Authorization: authorization } });
    expect(await page.text()).toContain('You are signed in');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  test('tells its health to everybody', async () => {
    const health = await fetch(`${server.url}/health?full`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'serving' }]);
    expect((await fetch(`${server.url}/health`, { method: 'HEAD' })).status).toBe(200);
  });

  test.each([
    ['GET', '/decode', 405, 'use POST', 'POST'],
    ['PUT', '/default/encode', 405, 'use POST', 'POST'],
    ['OPTIONS', '/decode', 405, 'use POST', 'POST'],
    ['POST', '/', 405, 'use GET', 'GET, HEAD'],
    ['DELETE', '/health', 405, 'use GET', 'GET, HEAD'],
    ['POST', '/download', 404, 'there are POST /encode, POST /decode and GET /health', null],
    ['GET', '/default/health', 404, 'there are POST /encode, POST /decode and GET /health', null],
    ['POST', '/a/b/decode', 404, 'there are POST /encode, POST /decode and GET /health', null],
    ['POST', '/decode/', 404, 'there are POST /encode, POST /decode and GET /health', null],
  ])('%s %s is refused with %d', async (method, path, status, message, allow) => {
    const response = await fetch(`${server.url}${path}`, { method, headers: BEARER });
    expect(response.headers.get('allow')).toBe(allow);
    await expect(refusal(Promise.resolve(response))).resolves.toEqual([status, message]);
  });

  test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'the content type %s is refused',
    async (type) => {
      const headers = { ...BEARER, ...(type !== undefined && { 'Content-Type': type }) };
      const body = Buffer.from(JSON.stringify({ payloads: [] }));
      const response = fetch(`${server.url}/decode`, { method: 'POST', headers, body });
      await expect(refusal(response)).resolves.toEqual([415, 'the body must have the content type application/json']);
    },
  );

  test('a content type may tell the character set', async () => {
    const headers = { ...BEARER, 'Content-Type': 'Application/JSON; charset=utf-8' };
    await expect(payloadsOf(post('/decode', { payloads: [CLEAR] }, headers))).resolves.toEqual([CLEAR]);
  });

  test.each([
    ['', 'no body'],
    [`{"payloads": [${SECRET}]}`, 'no JSON'],
    ['[]', 'an array'],
    ['null', 'null'],
    ['{"payloads": {}}', 'payloads that are no array'],
    [`{"payloads": ["${SECRET}"]}`, 'a payload that is no object'],
    [`{"payloads": [{"data": "${SECRET}"}]}`, 'data that are not in base64'],
    ['{"payloads": [{"data": 1}]}', 'data that are a number'],
    ['{"payloads": [{"metadata": {"encoding": 1}}]}', 'metadata that are a number'],
    ['{"payloads": [{"metadata": [], "data": ""}]}', 'metadata that are an array'],
  ])('the body %s is refused: %s', async (body) => {
    await expect(refusal(post('/decode', body))).resolves.toEqual([
      400,
      'the body must be {"payloads": [{"metadata": {"<name>": "<base64>"}, "data": "<base64>"}]}',
    ]);
    expect(refusals.join()).not.toContain(SECRET);
  });

  const MAX_BYTES = 16 * 1024 * 1024;
  const bodyOf = (bytes: number): string => {
    const frame = '{"payloads":[{"data":""}]}';
    return frame.replace('""', `"${'A'.repeat(bytes - frame.length)}"`);
  };
  const tooLarge = [413, 'the body must have at most 16777216 bytes'];

  test('the largest body is taken, one byte more refused', async () => {
    // A multiple of four characters in base64.
    const largest = MAX_BYTES - ((MAX_BYTES - 26) % 4);
    const [encoded] = await payloadsOf(post('/encode', bodyOf(largest)));
    expect(encoded?.data.length).toBeGreaterThan(largest - 26);
    await expect(refusal(post('/decode', bodyOf(MAX_BYTES + 1)))).resolves.toEqual(tooLarge);
  });

  test('a body of unknown length is refused as soon as it is too large', async () => {
    const call = request(`${server.url}/decode`, { method: 'POST', headers: { ...JSON_BODY, ...BEARER } });
    // The server stops to read, so writing may fail.
    call.on('error', () => undefined);
    const answered = once(call, 'response') as Promise<[{ statusCode: number; headers: Record<string, string> }]>;
    const chunk = Buffer.alloc(1024 * 1024, 'A');
    let isOver = false;
    void answered.then(() => (isOver = true));
    while (!isOver) await new Promise((resolve) => call.write(chunk, resolve));
    const [{ statusCode, headers }] = await answered;
    expect([statusCode, headers.connection]).toEqual([413, 'close']);
    call.destroy();
  });

  describe('asked by a page', () => {
    const preflight = (path: string, origin: string): Promise<Response> =>
      fetch(`${server.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type,x-namespace',
        },
      });
    const corsOf = ({ headers }: Response): (string | null)[] =>
      ['origin', 'credentials', 'methods', 'headers'].map((name) => headers.get(`access-control-allow-${name}`));

    test('of an allowed origin, answers the preflight without a token and the call with one', async () => {
      const allowed = await preflight('/default/decode', UI);
      expect(allowed.status).toBe(204);
      expect(corsOf(allowed)).toEqual([UI, 'true', 'POST', 'Authorization, Content-Type, X-Namespace']);
      const answer = await post('/decode', { payloads: [CLEAR] }, { ...BEARER, Origin: UI });
      expect(corsOf(answer)).toEqual([UI, 'true', null, null]);
      expect(answer.headers.get('vary')).toBe('Origin');
      await expect(payloadsOf(Promise.resolve(answer))).resolves.toEqual([CLEAR]);
    });

    test('of an allowed origin, lets the page read why it was refused', async () => {
      const answer = await post('/decode', { payloads: [] }, { Origin: UI });
      expect(corsOf(answer)).toEqual([UI, 'true', null, null]);
      await expect(refusal(Promise.resolve(answer))).resolves.toEqual(unauthorized);
    });

    test.each(['http://127.0.0.1:8233', 'http://localhost', 'https://localhost:8233', 'null'])(
      'of the origin %s, refuses both, and lets the page read nothing',
      async (origin) => {
        const message = `the origin "${origin}" is not one of PROVISIONING_CODEC_CORS_ORIGINS`;
        for (const answer of [
          await preflight('/decode', origin),
          await post('/decode', { payloads: [CLEAR] }, { ...BEARER, Origin: origin }),
        ]) {
          expect(corsOf(answer)).toEqual([null, null, null, null]);
          await expect(refusal(Promise.resolve(answer))).resolves.toEqual([403, message]);
        }
      },
    );
  });

  test('closes at once where nobody asks, and lets a request end that it has begun to answer', async () => {
    const closing = await startCodecServer(settings);
    const { port } = new URL(closing.url);
    const socket = net.connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const body = JSON.stringify({ payloads: [CLEAR] });
    socket.write(
      `POST /decode HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.slice(0, 10));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += String(chunk)));
    // One that was answered tells that the server has read what came before it.
    expect((await fetch(`${closing.url}/health`)).status).toBe(200);
    const closed = closing.close();
    await until('it takes no more', () =>
      fetch(closing.url).then(
        () => false,
        () => true,
      ),
    );
    socket.end(body.slice(10));
    await closed;
    await until('the answer has come', () => answer.endsWith('}'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain(JSON.stringify({ payloads: [CLEAR] }));
  });

  test('tells that its address is taken', async () => {
    const { port } = new URL(server.url);
    await expect(
      startCodecServer({ ...settings, address: { host: '127.0.0.1', port: Number(port) } }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
