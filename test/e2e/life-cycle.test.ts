import { startDevServer, freePort } from '../../src/dev/dev-server';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { readTaskQueue } from '../../src/task-queues';
import type { RunningProcess } from '../support/processes';
import { until } from '../support/until';

import { createWorld, launchWorker, type World } from './world';

const ZONE = 'z-life';

interface Answer {
  status: number;
  body: { ok: boolean; reasons: string[]; stage?: string; workers?: Record<string, string> };
}

/** Asks a worker that has told where it listens. */
async function ask(worker: RunningProcess, path: string): Promise<Answer> {
  const [, url] = /"httpUrl":"([^"]+)"/.exec(worker.output()) ?? [];
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

describe('the life of a worker process', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(() => world.close());

  test('waits for a server that comes later, alive but not ready; then it works', async () => {
    const port = await freePort();
    const temporal = { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, TEMPORAL_NAMESPACE: 'default' };
    const worker = launchWorker({ ...world.workerEnvironment, ...temporal });
    await worker.until('s more');
    await expect(ask(worker, '/livez')).resolves.toEqual({ status: 200, body: { ok: true, reasons: [] } });
    await expect(ask(worker, '/readyz')).resolves.toMatchObject({
      status: 503,
      body: { ok: false, reasons: ['The worker starts'], stage: 'starting', workers: {} },
    });
    const server = await startDevServer({ cliPath: await findTemporalCli(), headless: true, port });
    try {
      await worker.until('Worker is polling');
      await until('it is ready', async () => (await ask(worker, '/readyz')).status === 200);
      await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    } finally {
      await server.stop();
    }
  }, 60_000);

  test('stops waiting for a server at once when told to, exit code 0', async () => {
    const worker = launchWorker({ ...world.workerEnvironment, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    await worker.until('s more');
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  });

  test('tells when the server is gone, and when it is back: unready with the reason, and alive', async () => {
    const cliPath = await findTemporalCli();
    const server = await startDevServer({ cliPath, headless: true });
    const dead = await createWorld({ server: { ...server, namespace: 'default' } });
    try {
      const worker = await dead.startWorker();
      await until('it is ready', async () => (await ask(worker, '/readyz')).status === 200);
      process.kill(server.pid, 'SIGSTOP');
      await until('it is not ready', async () => (await ask(worker, '/readyz')).status === 503);
      const { body } = await ask(worker, '/readyz');
      expect(body.reasons).toEqual([
        expect.stringMatching(/^The Temporal server has not answered for 1\d s$/),
        expect.stringMatching(/^Its last probe failed: /),
      ]);
      expect(body.workers).toEqual({
        provisioning: 'RUNNING',
        'tencent-organization': 'RUNNING',
        'tencent-user-sync': 'RUNNING',
      });
      await expect(ask(worker, '/livez')).resolves.toMatchObject({ status: 200 });
      process.kill(server.pid, 'SIGCONT');
      await until('it is ready again', async () => (await ask(worker, '/readyz')).status === 200);
    } finally {
      process.kill(server.pid, 'SIGCONT');
      await dead.close();
    }
  }, 90_000);

  test('drains on a first SIGTERM, unready and alive, and ends at once on a second one', async () => {
    world.emulator.setTask(ZONE, 't-slow', {
      answers: [{ status: 'InProgress', delayMs: 15_000 }, { status: 'Success' }],
    });
    await world.client.follow({ zoneId: ZONE, taskId: 't-slow' });
    const worker = await world.startWorker();
    await until('the call is in flight', () => world.emulator.requests('t-slow').length === 1);
    worker.child.kill('SIGTERM');
    await worker.until('SIGTERM: the worker drains, within 45 s');
    await expect(ask(worker, '/readyz')).resolves.toMatchObject({
      status: 503,
      body: { reasons: ['The worker drains'] },
    });
    await expect(ask(worker, '/livez')).resolves.toMatchObject({ status: 200 });
    // A code of its own, while a signal would be reported as one.
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 143, signal: null });
    expect(worker.output()).toContain('SIGTERM again: ended without a drain');
    expect(world.emulator.requests('t-slow').map(({ answered }) => answered)).not.toContain('InProgress');
  }, 60_000);

  test('names an address that is taken', async () => {
    const { port } = new URL(world.emulator.url);
    const env = { ...world.workerEnvironment, PROVISIONING_HTTP_ADDRESS: `127.0.0.1:${port}` };
    const { code, output } = await launchWorker(env).ended;
    expect(output).toContain(`PROVISIONING_HTTP_ADDRESS 127.0.0.1:${port} cannot be used: `);
    expect(code).toBe(2);
  });

  test('its two sides can run apart; the workflow side needs no key of the cloud', async () => {
    const { TENCENTCLOUD_SECRET_ID: _id, TENCENTCLOUD_SECRET_KEY: _key, ...keyless } = world.workerEnvironment;
    const workflowSide = launchWorker({ ...keyless, PROVISIONING_RUN_CALLS: 'false' });
    await workflowSide.until('Worker is polling');
    expect(workflowSide.output()).toContain('"taskQueues":["provisioning"]');
    const apiSide = await world.startWorker({ PROVISIONING_RUN_WORKFLOWS: 'false', PROVISIONING_HTTP_ADDRESS: 'none' });
    expect(apiSide.output()).toContain(
      '"message":"Worker is polling","taskQueues":["tencent-organization","tencent-user-sync"]}',
    );
    const pollers = async (queue: string, kind: 'workflow' | 'activity'): Promise<string[]> =>
      (await readTaskQueue(world.connection, { namespace: world.server.namespace, queue, kind })).pollers.map(
        ({ identity }) => identity,
      );
    await until('each polls its queues', async () =>
      (await pollers('provisioning', 'workflow')).some((identity) => identity.startsWith(`${workflowSide.pid}@`)),
    );
    expect(await pollers('tencent-organization', 'activity')).not.toContainEqual(
      expect.stringMatching(new RegExp(`^${workflowSide.pid}@`)),
    );
    world.emulator.setTask(ZONE, 't-apart', { answers: [{ status: 'Success' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-apart' });
    await expect(world.client.waitForOutcome(ZONE, 't-apart', { timeoutMs: 30_000 })).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Succeeded' },
    });
    await workflowSide.until('The follow has ended');
    const line =
      workflowSide
        .output()
        .split('\n')
        .find((text) => text.includes('The follow has ended')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      level: 'INFO',
      zoneId: ZONE,
      taskId: 't-apart',
      workflowId: `provisioning-task/${ZONE}/t-apart`,
      phase: 'Succeeded',
      polls: 1,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    });
    await expect(workflowSide.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    await expect(apiSide.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  }, 60_000);
});
