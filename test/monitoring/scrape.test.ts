import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Connection } from '@temporalio/client';

import { BatchClient, PROVISION_USERS, type UserSyncItem } from '../../src/client';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { countFollows } from '../../src/metrics';
import { createWorld, scrape, type World } from '../e2e/world';
import { readAlerts, readDashboard } from '../support/monitoring-files';
import type { RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { findPrometheusTools } from '../support/prometheus-tools';
import { metricsIn } from '../support/promql';
import { until } from '../support/until';

const ZONE = 'z-scrape';
const ROLE = 'qcs::cam::uin/100000000001:roleName/provisioning';
const FAST = { minIntervalSeconds: 0.2, maxIntervalSeconds: 0.2 };
/** More than one part of a batch holds. */
const ITEMS = 201;

/**
 * Metrics of the SDK that are not there before their first event, which a good run does not have. A test below finds each
 * of them in the SDK's own source.
 */
const AFTER_FIRST_EVENT = [
  // A request that the server refuses, or that does not reach it.
  'temporal_request_failure_total',
  'temporal_long_request_failure_total',
  // Code that does not fit a history, or a fault of the code itself.
  'temporal_workflow_task_execution_failed_total',
];
/** Those of the run books that stand as they are to be typed. */
const TEMPORAL_COMMANDS = [
  ...new Set(
    readFileSync(path.join(root, 'docs', 'runbooks.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('temporal ')),
  ),
];
/** Prometheus itself says of each target whether it could be scraped. */
const OF_PROMETHEUS = ['up'];

/** Where the SDK's own library names its metrics; it ships with the package. */
const SDK_SOURCE = ['client/src/metrics.rs', 'sdk-core/src/telemetry/metrics.rs']
  .map((file) => path.join(root, 'node_modules', '@temporalio', 'core-bridge', 'sdk-core', 'crates', file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

const tools = findPrometheusTools();
if ('missing' in tools) process.stderr.write(`Skipping promtool: ${tools.missing}\n`);

describe('a worker that is scraped', () => {
  let world: World;
  let worker: RunningProcess;
  /** Once it has done something of each kind. */
  let text: string;

  beforeAll(async () => {
    world = await createWorld();
    world.emulator.setSts({ roles: [{ arn: ROLE }] });
    worker = await world.startWorker({ TENCENTCLOUD_ROLE_ARN: ROLE, PROVISIONING_STS_ENDPOINT: world.emulator.url });
    world.emulator.setTask(ZONE, 't-done', { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    world.emulator.setTask(ZONE, 't-rejected', { answers: [{ error: { code: 'FailedOperation.ZoneIdNotExist' } }] });
    for (const taskId of ['t-done', 't-rejected']) {
      await world.client.follow({ zoneId: ZONE, taskId, polling: FAST });
      await world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 });
    }
    text = await scrape(worker);
  }, 90_000);

  afterAll(() => world.close());

  ('missing' in tools ? test.skip : test)('promtool has nothing to say against it', () => {
    if ('missing' in tools) throw new Error(tools.missing);
    const { stdout, stderr, status } = spawnSync(tools.promtool, ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  test('every metric that the alerts and the dashboard use is there, or comes with its first event', () => {
    const exported = new Set([...text.matchAll(/^(\w+)[{ ]/gm)].map(([, name = '']) => name));
    const expressions = [
      ...readAlerts().map(({ expr }) => expr),
      ...readDashboard().panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ];
    const used = expressions.map(metricsIn);
    const names = [...new Set(used.flatMap((each) => each.names))];
    // What the search must be able to find, so that finding nothing means something.
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !exported.has(name)).sort()).toEqual([...AFTER_FIRST_EVENT].sort());
    const known = [...exported, ...AFTER_FIRST_EVENT, ...OF_PROMETHEUS];
    for (const pattern of used.flatMap(({ patterns }) => patterns)) {
      expect(known.filter((name) => new RegExp(`^(${pattern})$`).test(name)).length).toBeGreaterThanOrEqual(2);
    }
  });

  test('every metric of ours is told of in docs/monitoring.md, and none that is not there', () => {
    const guide = readFileSync(path.join(root, 'docs', 'monitoring.md'), 'utf8');
    const families = [...text.matchAll(/^# TYPE (provisioning_\w+) (\w+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    const told = [...guide.matchAll(/^\| `(provisioning_\w+)`\s*\| (\w+)/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    expect(told.sort()).toEqual(families.sort());
  });

  test.each(TEMPORAL_COMMANDS)('a run book’s command works: %s', async (command) => {
    const PATH = `${path.dirname(await findTemporalCli())}:${process.env.PATH}`;
    const { status, stderr } = spawnSync('bash', ['-c', command], {
      encoding: 'utf8',
      env: { PATH, HOME: '/nonexistent', TEMPORAL_ADDRESS: world.server.address },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.each(AFTER_FIRST_EVENT)('the SDK has %s', (name) => {
    const [, inSource] = /^temporal_(\w+)_total$/.exec(name) ?? [];
    expect(SDK_SOURCE).toMatch(
      new RegExp(`counter\\w*\\(\\s*MetricParameters \\{\\s*name: "${inSource}"\\.into\\(\\)`),
    );
  });

  test('the reasons and codes that alerts look for are those of the SDK', () => {
    for (const value of ['NonDeterminismError', 'GrpcMessageTooLarge', 'PayloadsTooLarge', 'RESOURCE_EXHAUSTED']) {
      expect(SDK_SOURCE).toContain(`"${value}"`);
    }
    const expressions = readAlerts().map(({ expr }) => expr);
    for (const label of ['failure_reason', 'status_code', 'poller_type', 'task_queue', 'operation', 'workflow_type']) {
      expect(SDK_SOURCE).toContain(`&str = "${label}"`);
      expect(expressions.some((expr) => expr.includes(label))).toBe(true);
    }
  });

  test('counts what the server has; the parts of a large batch are no batches', async () => {
    const connection = await Connection.connect({ address: world.server.address });
    try {
      const count = () => countFollows(connection.workflowService, 'default', Date.now);
      world.emulator.setTask(ZONE, 't-blocked', { answers: [{ error: { code: 'UnauthorizedOperation' } }] });
      for (const taskId of ['t-paused', 't-going']) {
        world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }] });
      }
      for (const taskId of ['t-blocked', 't-paused', 't-going']) await world.client.follow({ zoneId: ZONE, taskId });
      await world.client.pause(ZONE, 't-paused', { reason: 'lunch' });
      await until('one is blocked and one paused', async () => {
        const { follows } = await count();
        return follows.Blocked === 1 && follows.Paused === 1 && follows.NotBegun === 0;
      });
      const { blockedLongestSeconds, ...counts } = await count();
      expect(counts).toEqual({
        follows: { Polling: 1, Paused: 1, Blocked: 1, NotBegun: 0 },
        batches: { provisionUsers: 0, deprovisionUsers: 0 },
      });
      const { blockedBy } = await world.client.status(ZONE, 't-blocked');
      // The instant was written to the millisecond.
      expect(blockedLongestSeconds).toBeGreaterThan(0);
      expect(blockedLongestSeconds).toBeLessThanOrEqual((Date.now() - Date.parse(blockedBy?.since ?? '') + 1) / 1000);

      world.emulator.setZone('z-large', { createTask: { answers: [{ status: 'InProgress' }] } });
      const items = Array.from({ length: ITEMS }, (_, i): UserSyncItem => ({
        principalType: 'User',
        principalId: `u-${i}`,
        targetType: 'MemberUin',
        targetUin: '100000000001',
      }));
      await new BatchClient(world.temporal).provisionUsers('large', { zoneId: 'z-large', items });
      const running = `WorkflowType = '${PROVISION_USERS}' AND ExecutionStatus = 'Running'`;
      await until('both parts run', async () => (await world.temporal.workflow.count(running)).count === 3);
      expect((await count()).batches).toEqual({ provisionUsers: 1, deprovisionUsers: 0 });
    } finally {
      await connection.close();
    }
  }, 60_000);
});
