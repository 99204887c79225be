import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import { runCommandLine } from '../../src/cli/program';
import {
  FOLLOW_PROVISIONING_TASK,
  SEARCH_ATTRIBUTES,
  TASK_QUEUES,
  workflowId,
  type FollowInput,
} from '../../src/client';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { createWorld, type World } from '../e2e/world';
import { root } from '../support/project';
import { until } from '../support/until';

const run = promisify(execFile);

const GUIDE = readText('docs/operating.md');
const SECTION = GUIDE.slice(GUIDE.indexOf('\n## List queries'), GUIDE.indexOf('\n## Waiting in another language'));

/** Each block of the section by the words in bold before it, with the shorter command of the same paragraph. */
const COMMANDS = new Map(
  SECTION.split('\n\n**')
    .slice(1)
    .map((part) => [
      /^[^*.:]+/.exec(part)?.[0] ?? '',
      { listed: /```sh\n(.*)\n```/.exec(part)?.[1], shorter: /Shorter: `(.*)`\n/.exec(part)?.[1] },
    ]),
);

const ZONE = 'z-djw98wnd0000';
const TASK = 't-d8wjd8j30000';

const inProgress = { status: 'InProgress' };
const forbidden = { error: { code: 'AuthFailure.UnauthorizedOperation' } };
const broken = { error: { code: 'InternalError' } };

/** Every follow as the server lists it in the end: phase, error code and status. */
const STATES: Record<string, string> = {
  [TASK]: 'Polling,,RUNNING',
  't-blocked': 'Blocked,AuthFailure.UnauthorizedOperation,RUNNING',
  't-blocked-otherwise': 'Blocked,UnauthorizedOperation,RUNNING',
  't-blocked-long': 'Blocked,,RUNNING',
  't-blocked-terminated': 'Blocked,AuthFailure.UnauthorizedOperation,TERMINATED',
  't-paused': 'Paused,,RUNNING',
  't-degraded': 'Polling,InternalError,RUNNING',
  't-slow': 'Polling,,RUNNING',
  't-elsewhere': 'Polling,,RUNNING',
  't-no-worker': ',,RUNNING',
  't-done': 'Succeeded,,COMPLETED',
  't-failed': 'Failed,,FAILED',
  't-unknown': 'NotFound,ResourceNotFound.UserProvisioningTaskNotFound,FAILED',
  't-rejected': 'Rejected,FailedOperation.ZoneIdNotExist,FAILED',
  't-late': 'DeadlineExceeded,,FAILED',
  't-late-degraded': 'DeadlineExceeded,InternalError,FAILED',
  't-cancelled': 'Cancelled,,CANCELLED',
  't-resolved': 'Resolved,,COMPLETED',
  't-timed-out': ',,TIMED_OUT',
  't-refused': ',,FAILED',
};
const RUNNING = Object.keys(STATES).filter((task) => STATES[task]?.endsWith('RUNNING'));

/** What each command of the guide finds here: tasks, or counts. */
const FOUND: Record<string, readonly string[] | Record<string, number> | number> = {
  'All that go on': RUNNING,
  Blocked: ['t-blocked', 't-blocked-otherwise', 't-blocked-long'],
  'Blocked by one error code': ['t-blocked'],
  'Blocked for more than an hour': ['t-blocked-long'],
  'Paused by a person': ['t-paused'],
  'All of a zone that go on': RUNNING.filter(
    (task) => !['t-elsewhere', 't-no-worker', 't-blocked-long'].includes(task),
  ),
  'Riding out an error': ['t-degraded'],
  Slow: ['t-slow'],
  'Not begun by any worker': ['t-no-worker'],
  'One task, whatever became of it': [TASK],
  'Failed in the cloud in the last day': ['t-failed'],
  'Unknown to the cloud in the last day': ['t-unknown'],
  'Rejected in the last day': ['t-rejected'],
  'Past their deadline in the last day': ['t-late', 't-late-degraded'],
  'Rejected or past their deadline in the last day, by error code': ['t-late-degraded'],
  'Declared by a person in the last day': ['t-resolved'],
  'Cancelled, terminated or timed out in the last day': ['t-blocked-terminated', 't-cancelled', 't-timed-out'],
  'Refused for their input in the last day': ['t-refused'],
  'By the state of the workflow': { Running: 9, Completed: 2, Failed: 6, Canceled: 1, Terminated: 1, TimedOut: 1 },
  'In one phase': 3,
  'With one error code': 1,
};

describe('the list queries of the operators’ guide, against a real server', () => {
  let world: World;
  let env: Record<string, string>;

  beforeAll(async () => {
    // Few events, so that a follow continues as new after some messages: its earlier runs keep their phase.
    world = await createWorld({ eventsOfARun: 40 });
    await world.startWorker();
    env = {
      PATH: `${path.dirname(await findTemporalCli())}:${process.env.PATH}`,
      HOME: '/nonexistent',
      TEMPORAL_ADDRESS: world.server.address,
    };
    await startFollows(world);
    await until('every follow is listed as it stands', async () => {
      const listed: [string, string][] = [];
      for await (const { taskId, phase, errorCode, workflowStatus } of world.client.list()) {
        listed.push([taskId, [phase, errorCode, workflowStatus].join()]);
      }
      const earlierRuns = await world.temporal.workflow.count("ExecutionStatus = 'ContinuedAsNew'");
      return JSON.stringify(listed.sort()) === JSON.stringify(Object.entries(STATES).sort()) && earlierRuns.count > 0;
    });
  });

  afterAll(async () => world.close());

  async function shell(command: string): Promise<unknown> {
    // The command as it is built here, in the place of the package's.
    const npx = `npx() { '${process.execPath}' '${path.join(root, 'bin', 'provisioning.js')}' "\${@:2}"; }`;
    const { stdout } = await run('bash', ['-c', `${npx}; ${command}`], { env });
    return JSON.parse(stdout);
  }

  test('each block is one command, with one expectation', () => {
    const commands = [...COMMANDS.values()].map(({ listed = '' }) => listed);
    expect(SECTION.match(/```sh/g)).toHaveLength(COMMANDS.size);
    expect([...COMMANDS.keys()]).toEqual(Object.keys(FOUND));
    for (const command of commands) expect(command).toMatch(/^temporal workflow (list|count) --query ".*"$/);
  });

  test.each(Object.entries(FOUND))('%s', async (title, found) => {
    const { listed = '', shorter } = COMMANDS.get(title) ?? {};
    const answer = await shell(`${listed} --output json`);
    if (Array.isArray(found)) expect(tasksOf((answer as Listed[]).map(({ execution }) => execution))).toEqual(found);
    else expect(countsOf(answer as Counted)).toEqual(found);
    if (shorter !== undefined) {
      const { follows } = (await shell(`${shorter} --json`)) as { follows: { workflowId: string }[] };
      expect(tasksOf(follows)).toEqual(found);
    }
  });
});

interface Listed {
  execution: { workflowId: string };
}

interface Counted {
  count: string;
  groups?: { groupValues: string[]; count: string }[];
}

/** Starts one follow for each state, and brings it there. */
async function startFollows({ client, emulator, temporal }: World): Promise<void> {
  const follow = async (taskId: string, answer: object, more: Partial<FollowInput> = {}): Promise<void> => {
    const { zoneId = ZONE } = more;
    emulator.setTask(zoneId, taskId, { answers: [answer] });
    const polling = { minIntervalSeconds: 600, maxIntervalSeconds: 600 };
    await client.follow({ zoneId, taskId, polling, ...more });
  };
  const start = async (taskId: string, more: object): Promise<void> => {
    const args = [{ zoneId: ZONE, taskId }];
    const options = { workflowId: workflowId(ZONE, taskId), taskQueue: 'nobody', args, ...more };
    await temporal.workflow.start(FOLLOW_PROVISIONING_TASK, options);
  };
  await Promise.all([
    follow(TASK, inProgress),
    follow('t-blocked', forbidden),
    follow('t-blocked-otherwise', { error: { code: 'UnauthorizedOperation' } }),
    follow('t-blocked-terminated', forbidden),
    follow('t-paused', inProgress),
    follow('t-degraded', broken),
    follow('t-slow', inProgress, { startedAt: new Date(Date.now() - 7_200_000).toISOString() }),
    follow('t-elsewhere', inProgress, { zoneId: 'z-other' }),
    follow('t-done', { status: 'Success' }),
    follow('t-failed', { status: 'Failed' }),
    follow(
      't-unknown',
      { error: { code: 'ResourceNotFound.UserProvisioningTaskNotFound' } },
      { notFoundGraceSeconds: 0 },
    ),
    follow('t-rejected', { error: { code: 'FailedOperation.ZoneIdNotExist' } }),
    follow('t-late', inProgress, { deadlineSeconds: 1 }),
    follow('t-late-degraded', broken, { deadlineSeconds: 1 }),
    follow('t-cancelled', inProgress),
    follow('t-resolved', inProgress),
    start('t-no-worker', {}),
    start('t-blocked-long', {
      typedSearchAttributes: [
        { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase, SearchAttributeType.KEYWORD), value: 'Blocked' },
        {
          key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phaseSince, SearchAttributeType.DATETIME),
          value: new Date(Date.now() - 3_660_000),
        },
      ],
    }),
    start('t-timed-out', { workflowExecutionTimeout: '1 s' }),
    start('t-refused', { taskQueue: TASK_QUEUES.provisioning, args: [{}] }),
  ]);
  await until('all have polled', async () => {
    const tasks = ['t-blocked', 't-blocked-terminated', 't-cancelled'];
    const snapshots = await Promise.all(tasks.map((task) => client.status(ZONE, task)));
    return snapshots.every(({ polls }) => polls > 0);
  });
  await Promise.all([
    client.pause(ZONE, 't-paused', { reason: 'lunch' }),
    client.resolve(ZONE, 't-resolved', { outcome: 'Succeeded', reason: 'seen', by: 'ada' }),
    client.cancel(ZONE, 't-cancelled'),
    temporal.workflow.getHandle(workflowId(ZONE, 't-blocked-terminated')).terminate('a test'),
  ]);
  for (let check = 0; check < 4; check += 1) await client.checkNow(ZONE, 't-blocked');
}

function tasksOf(executions: readonly { workflowId: string }[]): string[] {
  const order = Object.keys(STATES);
  const tasks = executions.map(({ workflowId: id }) => id.split('/')[2] ?? '');
  return tasks.sort((one, other) => order.indexOf(one) - order.indexOf(other));
}

function countsOf({ count, groups }: Counted): number | Record<string, number> {
  if (!groups) return Number(count);
  return Object.fromEntries(groups.map(({ groupValues, count: ofGroup }) => [groupValues.join(), Number(ofGroup)]));
}

describe.each(['README.md', 'docs/operating.md', 'docs/runbooks.md', 'src/operator-texts.ts'])('%s', (file) => {
  test.each(commandsIn(readText(file)))('knows provisioning %s', async (name, options) => {
    const output: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => output.push(String(text)) > 0);
    const exitCode = await runCommandLine([...name.split(' '), '--help']).finally(() => write.mockRestore());
    const help = output.join('');
    expect({ exitCode, isKnown: help.startsWith(`Usage: provisioning ${name} `) }).toEqual({
      exitCode: 0,
      isKnown: true,
    });
    const known = [...help.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)].flatMap(([, short, long]) => [short, long]);
    expect(known).toEqual(expect.arrayContaining(options));
  });
});

/** Finds the commands and their options, in code and in the cells of a table whose header says `npx provisioning …`. */
function commandsIn(text: string): [name: string, options: string[]][] {
  const plain = text.replaceAll('\\`', '`').replaceAll(/"[^"\n]*"/g, '""');
  const tables = plain.split('\n\n').filter((part) => /^\|.*`npx provisioning …`/.test(part));
  const found = [
    ...plain.matchAll(/(?:npx|[(`\n]) *provisioning ((?:batch )?[a-z][a-z-]*)([^`\n#|]*)/g),
    ...tables.flatMap((table) => [...table.matchAll(/^\|[^\n]*?\| `((?:batch )?[a-z][a-z-]*)([^|\n]*)/gm)]),
  ];
  const commands = new Map<string, string[]>();
  for (const [, name = '', rest = ''] of found) {
    const options = rest.match(/(?<=[\s`])--?[a-z][a-z-]*/g) ?? [];
    commands.set(name, [...new Set([...(commands.get(name) ?? []), ...options])]);
  }
  return [...commands];
}

function readText(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
