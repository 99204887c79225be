import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import type { FollowInput } from '../../src/client';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { createWorld, type World } from '../e2e/world';
import { root } from '../support/project';
import { until } from '../support/until';

const run = promisify(execFile);

const GUIDE = readFileSync(path.join(root, 'docs', 'operating.md'), 'utf8');
const SECTION = GUIDE.slice(GUIDE.indexOf('## List queries'), GUIDE.indexOf('## Waiting in another language'));
const COMMANDS = [...SECTION.matchAll(/```sh\n(temporal .*)\n```/g)].map((match) => match[1] ?? '');

const ZONE = 'z-djw98wnd0000';
const OTHER = 'z-other';
const TASK = 't-d8wjd8j30000';

const forbidden = { error: { code: 'AuthFailure.UnauthorizedOperation' } };
const inProgress = { status: 'InProgress' };
const RUNNING = [TASK, 't-blocked', 't-blocked-otherwise', 't-paused', 't-degraded', 't-slow', 't-elsewhere'];

/** What each command of the guide finds here. */
const FOUND: [string, readonly string[] | number][] = [
  ["WorkflowType = 'followProvisioningTask' AND ExecutionStatus = 'Running'", RUNNING],
  ['list --query "ProvisioningPhase = \'Blocked\'"', ['t-blocked', 't-blocked-otherwise']],
  ["ProvisioningPhase = 'Blocked' AND ProvisioningErrorCode =", ['t-blocked']],
  ["ProvisioningPhase = 'Paused'", ['t-paused']],
  ['ProvisioningZoneId =', RUNNING.filter((task) => task !== 't-elsewhere')],
  ['ProvisioningTaskId =', [TASK]],
  ['ProvisioningErrorCode IS NOT NULL', ['t-degraded']],
  ['ProvisioningStartedAt <', ['t-slow']],
  ["ProvisioningPhase = 'Failed' AND CloseTime >", ['t-failed']],
  ["ExecutionStatus = 'Failed' AND CloseTime >", ['t-rejected']],
  ["ProvisioningPhase = 'DeadlineExceeded'", ['t-late']],
  ["ProvisioningPhase = 'Resolved'", ['t-resolved']],
  ["ExecutionStatus IN ('Terminated', 'TimedOut')", ['t-terminated']],
  ['count --query "ProvisioningPhase = \'Blocked\'"', 2],
];

describe('the list queries of the operators’ guide, against a real server', () => {
  let world: World;
  let env: Record<string, string>;

  beforeAll(async () => {
    world = await createWorld();
    await world.startWorker();
    env = {
      PATH: `${path.dirname(await findTemporalCli())}:${process.env.PATH}`,
      HOME: '/nonexistent',
      TEMPORAL_ADDRESS: world.server.address,
    };
    const { client, emulator, temporal } = world;
    const follow = async (taskId: string, answer: object, more: Partial<FollowInput> = {}): Promise<void> => {
      const { zoneId = ZONE } = more;
      emulator.setTask(zoneId, taskId, { answers: [answer] });
      const polling = { minIntervalSeconds: 600, maxIntervalSeconds: 600 };
      await client.follow({ zoneId, taskId, polling, ...more });
    };
    const twoHoursAgo = new Date(Date.now() - 7_200_000).toISOString();
    await Promise.all([
      follow(TASK, inProgress),
      follow('t-blocked', forbidden),
      follow('t-blocked-otherwise', { error: { code: 'UnauthorizedOperation' } }),
      follow('t-paused', inProgress),
      follow('t-degraded', { error: { code: 'InternalError' } }),
      follow('t-slow', inProgress, { startedAt: twoHoursAgo }),
      follow('t-elsewhere', inProgress, { zoneId: OTHER }),
      follow('t-failed', { status: 'Failed' }),
      follow('t-rejected', { error: { code: 'FailedOperation.ZoneIdNotExist' } }),
      follow('t-late', inProgress, { deadlineSeconds: 1 }),
      follow('t-resolved', inProgress),
      follow('t-terminated', inProgress),
      follow('t-done', { status: 'Success' }),
    ]);
    await client.pause(ZONE, 't-paused', { reason: 'lunch' });
    await client.resolve(ZONE, 't-resolved', { outcome: 'Succeeded', reason: 'seen', by: 'ada' });
    await until('it was polled', async () => (await client.status(ZONE, 't-terminated')).polls === 1);
    await temporal.workflow.getHandle(`provisioning-task/${ZONE}/t-terminated`).terminate('a test');
    // Until the last change of each is visible.
    for (const [, found] of FOUND.slice(1)) {
      if (typeof found !== 'number') await until(`${found.join()} are listed`, () => isVisible(found));
    }
    await until(
      'those that go on are listed',
      async () => (await listedBy("ExecutionStatus = 'Running'")).length === RUNNING.length,
    );
  });

  afterAll(async () => world.close());

  async function listedBy(query: string): Promise<string[]> {
    const found = [];
    for await (const { workflowId } of world.temporal.workflow.list({ query })) found.push(taskOf(workflowId));
    return found;
  }

  async function isVisible(tasks: readonly string[]): Promise<boolean> {
    const phases = new Map<string, string | undefined>();
    for await (const { taskId, phase, errorCode, workflowStatus } of world.client.list()) {
      phases.set(taskId, [phase, errorCode, workflowStatus].join());
    }
    return tasks.every((task) => phases.get(task) === STATES[task]);
  }

  test('each command has its expectation, and each expectation its command', () => {
    expect(FOUND.map(([part]) => COMMANDS.filter((command) => command.includes(part)).length)).toEqual(
      FOUND.map(() => 1),
    );
    expect(COMMANDS).toHaveLength(FOUND.length);
  });

  test.each(FOUND)('%s', async (part, found) => {
    const command = COMMANDS.find((one) => one.includes(part)) ?? '';
    const { stdout } = await run('bash', ['-c', `${command} --output json`], { env });
    const answer: unknown = JSON.parse(stdout);
    if (typeof found === 'number') expect(Number((answer as { count: string }).count)).toBe(found);
    else
      expect((answer as Listed[]).map(({ execution }) => taskOf(execution.workflowId)).sort()).toEqual(
        [...found].sort(),
      );
  });
});

test.each(['README.md', 'docs/operating.md', 'src/operator-texts.ts'])(
  '%s names only commands that exist',
  async (file) => {
    const { stdout: help } = await run(process.execPath, [path.join(root, 'bin', 'provisioning.js'), '--help']);
    const text = readFileSync(path.join(root, file), 'utf8');
    const named = new Set([...text.matchAll(/\bprovisioning ([a-z][a-z-]+) [<$z-]/g)].map((match) => match[1]));
    expect(named.size).toBeGreaterThan(0);
    for (const name of named) expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
  },
);

interface Listed {
  execution: { workflowId: string };
}

/** Phase, error code and status in which each follow is when all is done. */
const STATES: Record<string, string> = {
  [TASK]: 'Polling,,RUNNING',
  't-blocked': 'Blocked,AuthFailure.UnauthorizedOperation,RUNNING',
  't-blocked-otherwise': 'Blocked,UnauthorizedOperation,RUNNING',
  't-paused': 'Paused,,RUNNING',
  't-degraded': 'Polling,InternalError,RUNNING',
  't-slow': 'Polling,,RUNNING',
  't-elsewhere': 'Polling,,RUNNING',
  't-failed': 'Failed,,FAILED',
  't-rejected': 'Rejected,FailedOperation.ZoneIdNotExist,FAILED',
  't-late': 'DeadlineExceeded,,FAILED',
  't-resolved': 'Resolved,,COMPLETED',
  't-terminated': 'Polling,,TERMINATED',
};

function taskOf(workflowId: string): string {
  return workflowId.split('/')[2] ?? '';
}
