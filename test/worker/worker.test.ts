import { TASK_QUEUES } from '../../src/contract';
import { readTaskQueue } from '../../src/task-queues';
import { createWorld, scrape, type World } from '../e2e/world';
import { until } from '../support/until';

describe('a worker process', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(() => world.close());

  test('keeps the two kinds of calls apart: a queue, a rate on the server and a pace of its own for each', async () => {
    const worker = await world.startWorker({
      PROVISIONING_STATUS_CALLS_PER_SECOND: '40',
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '2.5',
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
    const lines = (await scrape(worker)).split('\n');
    expect(lines.filter((line) => line.startsWith('provisioning_quota_'))).toEqual([
      'provisioning_quota_calls_per_second{calls="status"} 40',
      'provisioning_quota_calls_per_second{calls="user-sync"} 2.5',
      'provisioning_quota_share_calls_per_second{calls="status"} 40',
      'provisioning_quota_share_calls_per_second{calls="user-sync"} 2.5',
    ]);
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  });
});
