import { TASK_QUEUES } from '../../src/contract';
import { freePort } from '../../src/dev/dev-server';
import { readTaskQueue } from '../../src/task-queues';
import { createWorld, type World } from '../e2e/world';
import { until } from '../support/until';

describe('a worker process', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(() => world.close());

  test('keeps the two kinds of calls apart: a queue, a rate on the server and a pace of its own for each', async () => {
    const metrics = `127.0.0.1:${await freePort(0)}`;
    const worker = await world.startWorker({
      PROVISIONING_STATUS_CALLS_PER_SECOND: '40',
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '2.5',
      PROVISIONING_METRICS_ADDRESS: metrics,
    });
    const readQueue = (queue: string) =>
      readTaskQueue(world.connection, { namespace: 'default', queue, kind: 'activity' });
    await until('activities of every queue are polled for', async () => {
      const reports = await Promise.all(Object.values(TASK_QUEUES).map(readQueue));
      return reports.every(({ pollers }) => pollers.length > 0);
    });
    const ofStatusCalls = await readQueue(TASK_QUEUES.tencentOrganization);
    const ofUserSyncCalls = await readQueue(TASK_QUEUES.tencentUserSync);
    expect(ofStatusCalls.rateLimit).toEqual({ perSecond: 40, isSetByPerson: false });
    expect(ofUserSyncCalls.rateLimit).toEqual({ perSecond: 2.5, isSetByPerson: false });
    await until('both shares are told', () => {
      const log = worker.output();
      return (
        log.includes('One worker uses the quota of 40 status calls/s: this one makes up to 40 status calls/s') &&
        log.includes('One worker uses the quota of 2.5 user-sync calls/s: this one makes up to 2.5 user-sync calls/s')
      );
    });
    const lines = (await (await fetch(`http://${metrics}/metrics`)).text()).split('\n');
    expect(lines.filter((line) => line.startsWith('provisioning_') && line.includes('_limit')).sort()).toEqual([
      'provisioning_status_calls_per_second_limit 40',
      'provisioning_user_sync_calls_per_second_limit 2.5',
    ]);
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  });
});
