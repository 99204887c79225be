import { prepareMaterials, secondsSince, startCluster, type Cluster } from '../../scripts/cluster/cluster';
import { workflowId, type ProvisioningOutcome } from '../../src/client';
import { createWorld, type World } from '../e2e/world';
import type { RunningProcess } from '../support/processes';
import { runsOf } from '../support/runs';
import { until } from '../support/until';

const ZONE = 'z-kills';
const FOLLOWS = 120;
const POLLING = { minIntervalSeconds: 1, maxIntervalSeconds: 1 };
/** So slow that at any instant many calls are out. */
const SLOW = { answers: [{ status: 'InProgress', delayMs: 2_000 }] };
const CALLS_OUT = FOLLOWS / 4;
/** Never reached: the quota is not what is tested. */
const CALLS_PER_SECOND = '200';
/** For a machine that does much else: three processes have to start and to find each other. */
const RECOVERY_MS = 180_000;

/** How a part of the cluster ends, and what begins it again. */
interface Crash {
  kill: () => Promise<unknown>;
  restart: () => Promise<void>;
}

describe('120 follows, one worker that is never restarted, and a cluster that is killed under them', () => {
  let cluster: Cluster;
  let world: World;
  let worker: RunningProcess;

  beforeAll(async () => {
    cluster = await startCluster({ ...(await prepareMaterials()), report: () => undefined });
    const { address } = cluster;
    world = await createWorld({ server: { address, namespace: 'default', stop: () => cluster.stop() } });
    worker = await world.startWorker({ PROVISIONING_STATUS_CALLS_PER_SECOND: CALLS_PER_SECOND });
  }, 300_000);

  afterAll(() => world.close(), 120_000);

  async function startFollows(taskIds: readonly string[]): Promise<void> {
    for (const taskId of taskIds) world.emulator.setTask(ZONE, taskId, SLOW);
    await Promise.all(taskIds.map((taskId) => world.client.follow({ zoneId: ZONE, taskId, polling: POLLING })));
    const isAsked = (taskId: string): boolean => world.emulator.requests(taskId).length > 0;
    await until('every task was asked', () => taskIds.every(isAsked), RECOVERY_MS);
  }

  /** Starts one follow after the other until told to stop, as callers do who know nothing of a crash. */
  function keepStarting(prefix: string): () => Promise<{ acknowledged: string[]; unanswered: string[] }> {
    const acknowledged: string[] = [];
    const unanswered: string[] = [];
    const stop = new AbortController();
    const starting = (async () => {
      for (let i = 0; !stop.signal.aborted; i += 1) {
        const taskId = `${prefix}-${i}`;
        world.emulator.setTask(ZONE, taskId, SLOW);
        await world.client.follow({ zoneId: ZONE, taskId, polling: POLLING }).then(
          () => acknowledged.push(taskId),
          () => unanswered.push(taskId),
        );
      }
    })();
    return async () => {
      stop.abort();
      await starting;
      return { acknowledged, unanswered };
    };
  }

  const requestsOut = () => world.emulator.requests().filter(({ answeredAt }) => answeredAt === undefined);

  /** Kills while many calls are out, restarts when they are over, and tells how long each thing took. */
  async function crash({ kill, restart }: Crash, taskIds: readonly string[]): Promise<string> {
    await until('many calls are out', () => requestsOut().length >= CALLS_OUT, RECOVERY_MS);
    const killedAt = performance.now();
    const out = requestsOut();
    await kill();
    // Their answers find nobody who takes them.
    await until('the calls that were out are over', () => out.every(({ answeredAt }) => answeredAt !== undefined));
    const times = [`${out.length} calls out, down for ${secondsSince(killedAt)} s`];
    const restartedAt = performance.now();
    const restartedMs = Date.now();
    const note = (what: string): void => void times.push(`${what} ${secondsSince(restartedAt)} s`);

    await restart();
    note('after the restart: started');
    if (!cluster.server.isRunning()) {
      // As Compose does with a server that ends by itself.
      await cluster.server.start();
      note('the server had ended, too, and was started');
    }
    await cluster.server.untilServing();
    note('answers');
    const isAskedAgain = (taskId: string): boolean =>
      world.emulator.requests(taskId).some(({ at }) => at >= restartedMs);
    await until('a task is asked again', () => taskIds.some(isAskedAgain), RECOVERY_MS);
    note('first task asked');
    await until('every task is asked again', () => taskIds.every(isAskedAgain), RECOVERY_MS);
    note('every task asked');
    return times.join(', ');
  }

  /** Ends every task, every tenth badly, and checks that each follow tells so. */
  async function endAll(taskIds: readonly string[]): Promise<ProvisioningOutcome[]> {
    const endings = taskIds.map((_, i) =>
      i % 10 === 0 ? { status: 'Failed', failureReason: `reason ${i}` } : { status: 'Success', failureReason: '' },
    );
    taskIds.forEach((taskId, i) => world.emulator.setTask(ZONE, taskId, { answers: [endings[i] ?? {}] }));
    const results = await Promise.all(
      taskIds.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: RECOVERY_MS })),
    );
    const outcomes = results.flatMap((result) => (result.kind === 'ended' ? [result.outcome] : []));
    expect(outcomes.map(({ taskId, status, failureReason }) => [taskId, status, failureReason])).toEqual(
      endings.map(({ status, failureReason }, i) => [taskIds[i], status, failureReason]),
    );
    return outcomes;
  }

  /**
   * Checks by the history of a follow that each activity has ended, was counted, and made at most one call.
   *
   * @returns how many answers of the cloud were lost
   */
  async function checkHistory({ taskId, polls }: ProvisioningOutcome): Promise<number> {
    const runs = await runsOf(world.temporal.workflow.getHandle(workflowId(ZONE, taskId)));
    const events = runs.flatMap((run) => run.events);
    const scheduled = events.filter((event) => event.activityTaskScheduledEventAttributes).length;
    const completed = events.filter((event) => event.activityTaskCompletedEventAttributes).length;
    const inVain = events.filter(
      (event) => event.activityTaskTimedOutEventAttributes ?? event.activityTaskFailedEventAttributes,
    ).length;
    expect([taskId, completed + inVain, polls]).toEqual([taskId, scheduled, scheduled]);
    // Of those in vain some never came to their call.
    const calls = world.emulator.requests(taskId).length;
    expect(calls).toBeGreaterThanOrEqual(completed);
    expect(calls).toBeLessThanOrEqual(scheduled);
    return calls - completed;
  }

  test.each<[string, Crash]>([
    ['server', { kill: () => cluster.server.kill(), restart: () => cluster.server.start() }],
    ['database', { kill: () => cluster.database.kill(), restart: () => cluster.database.start() }],
    [
      'server and database',
      {
        kill: () => Promise.all([cluster.server.kill(), cluster.database.kill()]),
        async restart() {
          await cluster.database.start();
          await cluster.server.start();
        },
      },
    ],
  ])(
    '%s, by SIGKILL: nothing that was acknowledged is lost, every follow ends right, no task is asked twice at once',
    async (what, how) => {
      const prefix = what.replaceAll(' ', '-');
      const tasks = Array.from({ length: FOLLOWS }, (_, i) => `${prefix}-${i}`);
      await startFollows(tasks);
      const stopStarting = keepStarting(`${prefix}-new`);
      const times = await crash(how, tasks);
      const { acknowledged, unanswered } = await stopStarting();
      const outcomes = await endAll([...tasks, ...acknowledged]);
      // Who got no answer asks again, and finds a follow or starts one.
      await startFollows(unanswered);
      outcomes.push(...(await endAll(unanswered)));
      expect(outcomes.filter(({ taskId }) => world.emulator.maxOutstanding(taskId) !== 1)).toEqual([]);
      let lost = 0;
      for (const outcome of outcomes) lost += await checkHistory(outcome);
      // The worker offers an answer again for some seconds. At worst the one call of each follow that was out was in vain.
      expect(lost).toBeLessThanOrEqual(outcomes.length);
      expect(worker.child.exitCode ?? worker.child.signalCode).toBeNull();
      process.stderr.write(
        `> ${what} killed under ${FOLLOWS} follows: ${times}. Started meanwhile: ${acknowledged.length} acknowledged, ` +
          `${unanswered.length} not. All ${outcomes.length} ended right, ${lost} of the cloud's answers were lost and asked for again\n`,
      );
    },
    900_000,
  );

  test('the worker was never restarted and still drains', async () => {
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  }, 120_000);
});
