import { startHttpServer, type HttpServer } from '../../src/health/http-server';
import type { Vitals } from '../../src/health/health';

describe('the HTTP server of a worker', () => {
  let server: HttpServer;
  let vitals: Vitals;
  let metrics: () => Promise<{ contentType: string; text: string }>;

  beforeEach(async () => {
    vitals = { stage: 'running', workers: { provisioning: 'RUNNING' }, temporal: { lastAnswerAtMs: Date.now() } };
    metrics = () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' });
    const address = { host: '127.0.0.1', port: 0 };
    server = await startHttpServer({ address, vitals: () => vitals, metrics: () => metrics() });
  });

  afterEach(() => server.close());

  async function get(path: string, method = 'GET'): Promise<{ status: number; type: string | null; body: string }> {
    const response = await fetch(server.url + path, { method });
    return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
  }

  test('answers /livez and /readyz as JSON', async () => {
    await expect(get('/livez')).resolves.toEqual({
      status: 200,
      type: 'application/json',
      body: '{"ok":true,"reasons":[]}\n',
    });
    const { status, body } = await get('/readyz?verbose');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      ok: true,
      reasons: [],
      stage: 'running',
      workers: { provisioning: 'RUNNING' },
      temporal: { lastAnswerAt: new Date(vitals.temporal.lastAnswerAtMs ?? NaN).toISOString() },
    });
  });

  test('answers 503 with the reasons when the worker is not ready', async () => {
    vitals = { stage: 'draining', workers: {}, temporal: {} };
    const { status, body } = await get('/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ ok: false, reasons: ['The worker drains'], stage: 'draining' });
    await expect(get('/livez')).resolves.toMatchObject({ status: 200 });
  });

  test('answers /metrics with the type of their format', async () => {
    await expect(get('/metrics')).resolves.toEqual({ status: 200, type: 'text/plain; version=0.0.4', body: 'up 1\n' });
  });

  test('tells when the metrics cannot be read', async () => {
    metrics = () => Promise.reject(new Error('no metrics'));
    await expect(get('/metrics')).resolves.toMatchObject({ status: 500, body: '{"error":"no metrics"}\n' });
  });

  test('answers HEAD without a body, and nothing else', async () => {
    await expect(get('/livez', 'HEAD')).resolves.toMatchObject({ status: 200, body: '' });
    await expect(get('/livez', 'POST')).resolves.toMatchObject({ status: 405 });
    await expect(get('/')).resolves.toMatchObject({ status: 404 });
  });

  test('listens on an IPv6 address as well', async () => {
    const other = await startHttpServer({ address: { host: '::1', port: 0 }, vitals: () => vitals, metrics });
    expect(other.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${other.url}/livez`)).status).toBe(200);
    await other.close();
  });

  test('refuses an address that is taken', async () => {
    const { port } = new URL(server.url);
    const address = { host: '127.0.0.1', port: Number(port) };
    await expect(startHttpServer({ address, vitals: () => vitals, metrics })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
