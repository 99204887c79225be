import { getEventListeners, once } from 'node:events';
import net from 'node:net';

import { until } from '../support/until';

import { createWorld, launchWorker, type World } from './world';

const ZONE = 'z-process';

describe('the worker process', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(async () => world.close());

  test('killed with SIGKILL while it follows 100 tasks and started again: all end right, none asked twice at once', async () => {
    const tasks = Array.from({ length: 100 }, (_, i) => `t-${i}`);
    const polling = { minIntervalSeconds: 1, maxIntervalSeconds: 1 };
    const failsWith = (i: number): string | undefined => (i % 10 === 0 ? `reason ${i}` : undefined);
    tasks.forEach((taskId) => world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }] }));
    await Promise.all(tasks.map((taskId) => world.client.follow({ zoneId: ZONE, taskId, polling })));
    const killed = await world.startWorker();
    await until('every task was asked', () => tasks.every((taskId) => world.emulator.requests(taskId).length > 0));
    await killed.stop('SIGKILL');
    tasks.forEach((taskId, i) => {
      const failureReason = failsWith(i);
      const last = failureReason === undefined ? { status: 'Success' } : { status: 'Failed', failureReason };
      world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }, last] });
    });

    const restarted = await world.startWorker();
    const results = await Promise.all(
      tasks.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 50_000 })),
    );
    const endings = results.map((result) =>
      result.kind === 'ended' ? [result.outcome.taskId, result.outcome.phase, result.outcome.failureReason] : result,
    );
    expect(endings).toEqual(
      tasks.map((taskId, i) => [taskId, failsWith(i) === undefined ? 'Succeeded' : 'Failed', failsWith(i) ?? '']),
    );
    expect(tasks.filter((taskId) => world.emulator.maxOutstanding(taskId) !== 1)).toEqual([]);
    await expect(restarted.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  }, 120_000);

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'drains on %s: the call in flight ends and counts, exit code 0',
    async (signal) => {
      const taskId = `t-${signal}`;
      world.emulator.setTask(ZONE, taskId, {
        answers: [{ status: 'InProgress', delayMs: 2_000 }, { status: 'Success' }],
      });
      const polling = { minIntervalSeconds: 2, maxIntervalSeconds: 2 };
      await world.client.follow({ zoneId: ZONE, taskId, polling });
      const worker = await world.startWorker();
      await until('the call is in flight', () => world.emulator.requests(taskId).length === 1);
      await expect(worker.stop(signal)).resolves.toEqual({ code: 0, signal: null });
      expect(world.emulator.requests(taskId).map(({ answered }) => answered)).toEqual(['InProgress']);

      const next = await world.startWorker();
      await expect(world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 })).resolves.toMatchObject({
        kind: 'ended',
        outcome: { phase: 'Succeeded', polls: 2 },
      });
      await next.stop('SIGTERM');
    },
  );

  test('stops at once, exit code 0, when told to during its start', async () => {
    const silent = net.createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as net.AddressInfo;
    const connected = once(silent, 'connection');
    const worker = launchWorker({ ...world.workerEnvironment, TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    const [socket] = (await connected) as [net.Socket];
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    socket.destroy();
    silent.close();
  });

  test('a question that no worker answers ends with the signal of its caller', async () => {
    await world.client.follow({ zoneId: ZONE, taskId: 't-asked' });
    const caller = new AbortController();
    const asked = world.client.status(ZONE, 't-asked', { signal: caller.signal });
    const reason = new Error('asked long enough');
    setImmediate(() => caller.abort(reason));
    await expect(asked).rejects.toBe(reason);
    await expect(world.client.status(ZONE, 't-asked', { signal: caller.signal })).rejects.toBe(reason);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    await world.client.cancel(ZONE, 't-asked');
  });

  test('cancelled before a worker was there: no call (T01)', async () => {
    world.emulator.setTask(ZONE, 't-early', { answers: [{ status: 'InProgress' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-early' });
    await world.client.cancel(ZONE, 't-early');
    const worker = await world.startWorker();
    await expect(world.client.waitForOutcome(ZONE, 't-early', { timeoutMs: 30_000 })).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Cancelled', polls: 0 },
    });
    expect(world.emulator.requests('t-early')).toEqual([]);
    await worker.stop('SIGTERM');
  });

  test('says what to do when the server is not there', async () => {
    const address = '127.0.0.1:1';
    const { code, output } = await launchWorker({
      ...world.workerEnvironment,
      TEMPORAL_ADDRESS: address,
      PROVISIONING_CONNECT_SECONDS: '0',
    }).ended;
    expect(messageOfLastLine(output)).toContain(
      `No Temporal server answers at ${address}. Start one with "npm run up", or set TEMPORAL_ADDRESS to the server's host:port`,
    );
    expect(code).toBe(8);
  });

  test('says how to create a namespace that is missing', async () => {
    const { code, output } = await launchWorker({ ...world.workerEnvironment, TEMPORAL_NAMESPACE: 'nowhere' }).ended;
    expect(messageOfLastLine(output)).toBe(
      'Namespace "nowhere" does not exist. Create it with: temporal operator namespace create --namespace nowhere',
    );
    expect(code).toBe(2);
  });

  test('names every fault of the configuration at once, and every source of credentials tried', async () => {
    const { TENCENTCLOUD_SECRET_ID: _id, TENCENTCLOUD_SECRET_KEY: _key, ...rest } = world.workerEnvironment;
    const { code, output } = await launchWorker({
      ...rest,
      PROVISIONING_ENDPOINT: 'http://example.test',
      PROVISIONING_STATUS_CALLS_PER_SECOND: 'many',
    }).ended;
    expect(output).toContain('PROVISIONING_ENDPOINT: endpoint must begin with https://');
    expect(output).toContain(
      'PROVISIONING_STATUS_CALLS_PER_SECOND must be a number above 0 and at most 1000, got \\"many\\"',
    );
    expect(output).toContain('TENCENTCLOUD_SECRET_ID');
    expect(output).toContain('/nonexistent/.tencentcloud/credentials');
    expect(output).toContain('/etc/tencentcloud/credentials');
    expect(code).toBe(2);
  });
});

function messageOfLastLine(output: string): string {
  return (JSON.parse(output.trim().split('\n').at(-1) ?? '') as { message: string }).message;
}
