import { readFileSync } from 'node:fs';
import path from 'node:path';

import { DRAIN } from '../../src/drain';
import { launch, type RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const ZONE = 'z-drain';
const FOLLOWS = 100;

/** The script that the container starts: with Node, and with neither npm nor a shell. */
function containerScript(): string {
  const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
  const [, json = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const [program, script = '', ...rest] = JSON.parse(json) as string[];
  expect([program, rest]).toEqual(['node', []]);
  return path.join(root, script);
}

describe('the start command of the container, stopped under load', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(() => world.close());

  async function start(): Promise<RunningProcess> {
    const worker = launch(containerScript(), [], world.workerEnvironment);
    await worker.until('Worker is polling');
    return worker;
  }

  test('one SIGTERM: exit code 0 within the bound; no follow is lost, and no activity times out', async () => {
    const tasks = Array.from({ length: FOLLOWS }, (_, i) => `t-${i}`);
    // Each call lasts a second, so that a hundred are always in flight.
    for (const taskId of tasks) {
      world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress', delayMs: 1_000 }] });
      await world.client.follow({ zoneId: ZONE, taskId, polling: { minIntervalSeconds: 1, maxIntervalSeconds: 1 } });
    }
    const inFlight = (): string[] =>
      world.emulator.requests().flatMap(({ taskId = '', answered }) => (answered === undefined ? [taskId] : []));
    const stopped = await start();
    await until('calls are in flight', () => inFlight().length >= FOLLOWS / 4);
    const atOnce = inFlight();
    const toldMs = Date.now();
    await expect(stopped.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    expect(Date.now() - toldMs).toBeLessThan(DRAIN.boundSeconds * 1_000);
    // What was in flight has been answered, and counts.
    for (const taskId of atOnce) {
      expect(world.emulator.requests(taskId).map(({ answered }) => answered)).not.toContain(undefined);
    }

    for (const taskId of tasks) world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'Success' }] });
    const next = await start();
    const results = await Promise.all(
      tasks.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 60_000 })),
    );
    expect(results.map((result) => (result.kind === 'ended' ? result.outcome.phase : result.kind))).toEqual(
      tasks.map(() => 'Succeeded'),
    );
    // A check that was lost with the worker would be one of these.
    const losses = results.flatMap((result) =>
      result.kind === 'ended' ? result.outcome.observations.filter(({ errorCode }) => errorCode !== undefined) : [],
    );
    expect(losses).toEqual([]);
    const timedOut = await Promise.all(
      tasks.map(async (taskId) => {
        const { events } = await world.temporal.workflow
          .getHandle(`provisioning-task/${ZONE}/${taskId}`)
          .fetchHistory();
        return (events ?? []).some((event) => event.activityTaskTimedOutEventAttributes);
      }),
    );
    expect(timedOut.filter(Boolean)).toEqual([]);
    await next.stop('SIGTERM');
  }, 150_000);

  test('two SIGTERMs: it ends at once', async () => {
    world.emulator.setTask(ZONE, 't-twice', { answers: [{ status: 'InProgress', delayMs: 9_000 }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-twice' });
    const worker = await start();
    await until('the call is in flight', () => world.emulator.requests('t-twice').length === 1);
    worker.child.kill('SIGTERM');
    await worker.until('the worker drains');
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 143, signal: null });
    expect(world.emulator.requests('t-twice').map(({ answered }) => answered)).not.toContain('InProgress');
  }, 60_000);
});
