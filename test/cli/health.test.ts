import { startHttpServer, type HttpServer } from '../../src/health/http-server';
import type { Vitals } from '../../src/health/health';
import { launch, type ProcessEnd } from '../support/processes';
import { root } from '../support/project';

const BIN = `${root}/bin/provisioning.js`;

describe('provisioning health', () => {
  let server: HttpServer;
  let vitals: Vitals;

  beforeAll(async () => {
    const metrics = () => Promise.resolve({ contentType: 'text/plain', text: '' });
    server = await startHttpServer({ address: { host: '127.0.0.1', port: 0 }, vitals: () => vitals, metrics });
  });

  afterAll(() => server.close());

  function run(env: Record<string, string>, ...args: string[]): Promise<ProcessEnd> {
    return launch(BIN, ['health', ...args], { PATH: process.env.PATH ?? '', ...env }).ended;
  }

  test('asks the worker that the environment names: ready, exit code 0', async () => {
    vitals = {
      stage: 'running',
      workers: { provisioning: 'RUNNING' },
      temporal: { lastAnswerAtMs: Date.now() + 60_000 },
    };
    // A worker of a container listens on every address.
    const env = { PROVISIONING_HTTP_ADDRESS: `0.0.0.0:${new URL(server.url).port}` };
    await expect(run(env)).resolves.toMatchObject({ code: 0, output: 'The worker is ready\n' });
  });

  test('not ready: the reasons, and exit code 11; it lives all the same', async () => {
    vitals = { stage: 'draining', workers: {}, temporal: {} };
    await expect(run({}, '--url', server.url)).resolves.toMatchObject({ code: 11, output: 'The worker drains\n' });
    const { code, stdout } = await run({}, '--url', server.url, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, reasons: ['The worker drains'], stage: 'draining' });
    expect(code).toBe(11);
    await expect(run({}, '--live', '--url', server.url)).resolves.toMatchObject({
      code: 0,
      output: 'The worker lives\n',
    });
  });

  test('no worker there: what to do, exit code 8', async () => {
    await expect(run({ PROVISIONING_HTTP_ADDRESS: '127.0.0.1:1' })).resolves.toMatchObject({
      code: 8,
      output: expect.stringMatching(
        /^No worker answers at http:\/\/127\.0\.0\.1:1\/readyz \(.+\)\. Start one, or give its address with --url or PROVISIONING_HTTP_ADDRESS\n$/,
      ) as string,
    });
  });

  test('refuses what is no address', async () => {
    await expect(run({}, '--url', 'localhost')).resolves.toMatchObject({ code: 2 });
    await expect(run({ PROVISIONING_HTTP_ADDRESS: 'none' })).resolves.toMatchObject({
      code: 2,
      output: 'Bad input:\n  - PROVISIONING_HTTP_ADDRESS is none, so the worker tells nothing: set it to an address\n',
    });
  });
});
