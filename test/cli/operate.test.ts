import { spawnSync } from 'node:child_process';
import path from 'node:path';

import type { ListedFollow, Phase, ProvisioningSnapshot } from '../../src/client';
import { createWorld, type World } from '../e2e/world';
import { launch, type ProcessEnd, type RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { launchAtTerminal, type TerminalProcess } from '../support/pseudo-terminal';
import { until } from '../support/until';

const BIN = path.join(root, 'bin', 'provisioning.js');
/** Slow, so that nothing happens by itself while a test looks. */
const SLOW = { minIntervalSeconds: 900, maxIntervalSeconds: 900 };
const LINE = / (\w+), status (\w+|not known yet), age \d+ s, /;

interface Results {
  results: ({ zoneId: string; taskId: string; workflowId: string; error?: { code: string } } & Record<
    string,
    unknown
  >)[];
}

describe('operating follows from the command line, with a real server and worker process', () => {
  let world: World;
  let worker: RunningProcess;
  let terminals: TerminalProcess[];

  beforeAll(async () => {
    expect(spawnSync('python3', ['--version']).status).toBe(0);
    world = await createWorld();
    worker = await world.startWorker();
  });

  afterAll(async () => world.close());

  beforeEach(() => (terminals = []));
  afterEach(async () => {
    await Promise.all(terminals.map((terminal) => terminal.hangUp()));
  });

  function start(...args: string[]): RunningProcess {
    return launch(BIN, args, world.workerEnvironment);
  }

  async function run(...args: string[]): Promise<ProcessEnd> {
    return start(...args).ended;
  }

  function atTerminal(args: readonly string[], size: { columns?: number; rows?: number } = {}): TerminalProcess {
    const terminal = launchAtTerminal(BIN, args, { env: world.workerEnvironment, ...size });
    terminals.push(terminal);
    return terminal;
  }

  /** Follows tasks whose cloud says `InProgress` until told otherwise, and waits for their first poll. */
  async function followed(zoneId: string, ...taskIds: string[]): Promise<void> {
    for (const taskId of taskIds) {
      world.emulator.setTask(zoneId, taskId, { answers: [{ status: 'InProgress' }] });
      await world.client.follow({ zoneId, taskId, polling: SLOW, requestedBy: 'the tests' });
    }
    await untilEach(zoneId, taskIds, ({ polls }) => polls >= 1);
  }

  async function untilEach(
    zoneId: string,
    taskIds: readonly string[],
    holds: (snapshot: ProvisioningSnapshot) => boolean,
  ): Promise<void> {
    await until(`${zoneId} ${taskIds.join(', ')}: ${holds.toString()}`, async () =>
      (await Promise.all(taskIds.map((taskId) => world.client.status(zoneId, taskId)))).every(holds),
    );
  }

  /** What the server lists may be a second old. */
  async function untilListed(zoneId: string, phase: Phase, count: number): Promise<void> {
    await until(`${count} of ${zoneId} are listed as ${phase}`, async () => {
      const listed: ListedFollow[] = [];
      for await (const follow of world.client.list({ zoneId, phases: [phase] })) listed.push(follow);
      return listed.length === count;
    });
  }

  const jsonOf = <T = unknown>({ stdout }: ProcessEnd): T => JSON.parse(stdout) as T;
  const idsOf = (end: ProcessEnd): string[] =>
    jsonOf<{ follows: ListedFollow[] }>(end).follows.map((one) => one.taskId);

  test('list shows those that go on, by phase, zone and age; ended ones when they are asked for', async () => {
    const zone = 'z-list';
    await followed(zone, 't-polling', 't-paused', 't-killed');
    await world.client.pause(zone, 't-paused', { reason: 'by a test' });
    world.emulator.setTask(zone, 't-done', {});
    const startedAt = new Date(Date.now() - 12_000_000).toISOString();
    await world.client.follow({ zoneId: zone, taskId: 't-done', startedAt });
    await untilListed(zone, 'Paused', 1);
    await world.temporal.workflow.getHandle('provisioning-task/z-list/t-killed').terminate('by a test');
    await untilListed(zone, 'Succeeded', 1);
    await until('the terminated one is listed as such', async () => {
      const running: ListedFollow[] = [];
      for await (const follow of world.client.list({ zoneId: zone, running: true })) running.push(follow);
      return running.length === 2;
    });
    const [live, all, paused, old, limited, table, none] = await Promise.all([
      run('list', '--zone', zone, '--json'),
      run('list', '--zone', zone, '--all', '--json'),
      run('list', '--query', "ProvisioningPhase = 'Paused' AND ProvisioningZoneId = 'z-list'", '--json'),
      run('list', '--zone', zone, '--phase', 'Polling', 'Succeeded', '--older-than', '7200', '--json'),
      run('list', '--zone', zone, '--all', '--limit', '2', '--json'),
      run('list', '--zone', zone, '--all'),
      run('list', '--zone', zone, '--error', 'Nothing'),
    ]);
    expect(idsOf(live).sort()).toEqual(['t-paused', 't-polling']);
    expect(idsOf(all).sort()).toEqual(['t-done', 't-killed', 't-paused', 't-polling']);
    expect(jsonOf(paused)).toEqual({
      follows: [
        {
          zoneId: zone,
          taskId: 't-paused',
          workflowId: 'provisioning-task/z-list/t-paused',
          runId: expect.any(String) as string,
          phase: 'Paused',
          workflowStatus: 'RUNNING',
          startedAt: (await world.client.status(zone, 't-paused')).startedAt,
          requestedBy: 'the tests',
        },
      ],
      more: false,
    });
    expect(idsOf(old)).toEqual(['t-done']);
    expect(jsonOf(limited)).toMatchObject({ more: true });
    expect(idsOf(limited)).toHaveLength(2);
    const lines = table.stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ZONE {4}TASK {7}PHASE {7}AGE {9}ERROR {2}REQUESTED BY$/);
    expect(lines.slice(1).sort()).toEqual([
      expect.stringMatching(/^z-list {2}t-done {5}Succeeded {3}3 h 20 min {2}- {6}-$/),
      expect.stringMatching(/^z-list {2}t-killed {3}TERMINATED {2}\d+ s +- {6}the tests$/),
      expect.stringMatching(/^z-list {2}t-paused {3}Paused {6}\d+ s +- {6}the tests$/),
      expect.stringMatching(/^z-list {2}t-polling {2}Polling {5}\d+ s +- {6}the tests$/),
    ]);
    expect(none.output).toBe('No follow matches\n');
    expect([live, all, paused, old, limited, table, none].map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('each command that steers one follow, in sentences and as JSON', async () => {
    const zone = 'z-one';
    await followed(zone, 't');
    const id = 'provisioning-task/z-one/t';
    const paused = await run('pause', zone, 't', '--reason', 'new key');
    expect(paused.output).toBe(
      'The follow of task t was asked to pause; its deadline stands, and resume lets it go on\n',
    );
    await untilEach(zone, ['t'], ({ phase, pausedReason }) => phase === 'Paused' && pausedReason === 'new key');

    const [pollNow, taskChanged, changed] = await Promise.all([
      run('poll-now', zone, 't'),
      run('task-changed', zone, 't'),
      run('task-changed', zone, 't', '--json'),
    ]);
    expect(pollNow.output).toBe('The follow of task t was asked to poll now\n');
    expect(taskChanged.output).toBe(
      'The follow of task t was told that its task has ended; unless it is paused, it polls now to verify that\n',
    );
    expect(jsonOf(changed)).toEqual({ workflowId: id, requested: 'taskChanged' });

    const { deadlineAt, startedAt } = await world.client.status(zone, 't');
    const extended = await run('extend', zone, 't', '--by', '3600', '--json');
    const later = new Date(Date.parse(deadlineAt) + 3_600_000).toISOString();
    expect(jsonOf(extended)).toMatchObject({ zoneId: zone, taskId: 't', phase: 'Paused', deadlineAt: later });
    const earlier = new Date(Date.parse(startedAt) + 3_600_000).toISOString();
    const [refused, past] = await Promise.all([
      run('extend', zone, 't', '--to', earlier, '--json'),
      run('extend', zone, 't', '--to', '2020-01-01T00:00:00Z', '--by', 'soon'),
    ]);
    expect(jsonOf(refused)).toMatchObject({
      error: { code: 'InvalidInput', faults: [`deadlineAt must lie after the present deadline ${later}`] },
    });
    expect(refused.code).toBe(2);
    expect(past.output).toMatch(/^Bad input:\n {2}- Give either --by .*\n {2}- --by must be a number, got "soon"\n/);
    expect(past.code).toBe(2);

    const pace = await run('set-polling', zone, 't', '--min-interval', '600', '--age-fraction', '0.5');
    expect(pace.output).toMatch(
      /^t Paused, status InProgress, age .*, paused: new key, polling every 600 s to 900 s, 0\.5 of the age\n$/,
    );
    const resumed = await run('resume', zone, 't');
    expect(resumed.output).toBe('The follow of task t was told to go on; if it is paused or blocked, it polls now\n');
    await untilEach(zone, ['t'], ({ phase }) => phase === 'Polling');

    const [checked, checkedJson] = [await run('check-now', zone, 't'), await run('check-now', zone, 't', '--json')];
    expect(checked.output).toMatch(/^t Polling, status InProgress, age \d+ s, \d polls, next in \d+ s\n$/);
    const { polls } = jsonOf<ProvisioningSnapshot>(checkedJson);
    expect(polls).toBe((await world.client.status(zone, 't')).polls);
    expect(polls).toBe(world.emulator.requests('t').filter(({ zoneId }) => zoneId === zone).length);

    const resolved = await run(
      'resolve',
      zone,
      't',
      '--outcome',
      'Failed',
      '--reason',
      'seen',
      '--by',
      'ops',
      '--json',
    );
    expect(jsonOf(resolved)).toMatchObject({
      phase: 'Resolved',
      resolution: { outcome: 'Failed', reason: 'seen', by: 'ops' },
    });
    expect([paused, extended, pace, resumed, checked, resolved].map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);

    await until(
      'it has ended',
      async () => (await world.temporal.workflow.getHandle(id).describe()).closeTime !== undefined,
    );
    const [late, watched] = await Promise.all([
      run('check-now', zone, 't', '--json'),
      run('watch', zone, 't', '--json'),
    ]);
    expect(jsonOf(late)).toMatchObject({ error: { code: 'FollowEnded' } });
    expect(late.code).toBe(4);
    expect(jsonOf(watched)).toMatchObject({ kind: 'ended', outcome: { phase: 'Resolved' } });
    expect(watched.code).toBe(3);
  });

  test('history and open show a follow, also after its end', async () => {
    const zone = 'z-view';
    world.emulator.setTask(zone, 't', {
      answers: [{ status: 'InProgress' }, { status: 'Failed', failureReason: 'no\u001b[2J' }],
    });
    const polling = { minIntervalSeconds: 0.1, maxIntervalSeconds: 0.1 };
    await world.client.follow({ zoneId: zone, taskId: 't', polling });
    await world.client.waitForOutcome(zone, 't');
    const { observations } = await world.client.status(zone, 't');
    const [table, history, several, link, json, query, cloud, unknown] = await Promise.all([
      run('history', zone, 't'),
      run('history', zone, 't', '--json'),
      run('history', zone, 't', 't-never', '--json'),
      run('open', zone, 't'),
      run('open', zone, 't', '--json', '--ui', 'https://ui.example.com/'),
      run('open', '--query', "ProvisioningZoneId = 'z-view'", '--json'),
      launch(BIN, ['open', zone, 't'], { ...world.workerEnvironment, TEMPORAL_ADDRESS: 'a.b.tmprl.cloud:7233' }).ended,
      launch(BIN, ['open', zone, 't'], { ...world.workerEnvironment, TEMPORAL_ADDRESS: 'temporal:7233' }).ended,
    ]);
    const lines = table.stdout.split('\n');
    expect(lines[0]).toMatch(/^WHEN {22}STATUS OR ERROR {2}REQUEST ID$/);
    expect(lines[1]).toBe(`${observations[0]?.at}  InProgress       ${observations[0]?.requestId}`);
    expect(lines[2]).toBe(`${observations[1]?.at}  Failed           ${observations[1]?.requestId}`);
    expect(lines[3]).toMatch(/^t Failed, status Failed, age \d+ s, 2 polls, reason: no\ufffd\[2J$/);
    const whole = {
      zoneId: zone,
      taskId: 't',
      workflowId: 'provisioning-task/z-view/t',
      phase: 'Failed',
      observations,
    };
    expect(jsonOf(history)).toEqual(whole);
    expect(jsonOf(several)).toMatchObject({ results: [whole, { taskId: 't-never', error: { code: 'NotFollowed' } }] });
    expect(several.code).toBe(4);

    const page = 'namespaces/default/workflows/provisioning-task%2Fz-view%2Ft';
    expect(link.output).toBe(`http://localhost:8233/${page}\n`);
    expect(jsonOf(json)).toEqual({ workflowId: whole.workflowId, link: `https://ui.example.com/${page}` });
    const { phase: _phase, observations: _observations, ...ids } = whole;
    expect(jsonOf(query)).toEqual({ results: [{ ...ids, link: `http://localhost:8233/${page}` }] });
    expect(cloud.output).toBe(`https://cloud.temporal.io/${page}\n`);
    expect(unknown.output).toContain('set PROVISIONING_UI_URL');
    expect(unknown.code).toBe(2);
  });

  test('many at once: by a list filter, after a question; typed ones without', async () => {
    const zone = 'z-bulk';
    const tasks = ['t-1', 't-2', 't-3', 't-4', 't-5'];
    const query = `ProvisioningZoneId = '${zone}'`;
    await followed(zone, ...tasks);
    await untilListed(zone, 'Polling', 5);

    const refused = await run('pause', '--query', query, '--reason', 'x');
    expect(refused.output).toMatch(
      /^Pause 5 follows: (z-bulk\/t-\d, ){2}z-bulk\/t-\d and 2 more\? There is no terminal/,
    );
    expect(refused.output).toContain(`add --yes, or look first with: provisioning list --query "${query}"\n`);
    expect(refused.code).toBe(2);
    const refusedJson = await run('cancel', '--query', query, '--json');
    expect(jsonOf(refusedJson)).toMatchObject({ error: { code: 'NotConfirmed' } });
    await untilEach(zone, tasks, ({ phase }) => phase === 'Polling');

    const paused = await run('pause', '--query', query, '--reason', 'x', '--yes', '--json');
    const { results } = jsonOf<Results>(paused);
    expect(results.map(({ taskId }) => taskId).sort()).toEqual(tasks);
    expect(results.find(({ taskId }) => taskId === 't-3')).toEqual({
      zoneId: zone,
      taskId: 't-3',
      workflowId: 'provisioning-task/z-bulk/t-3',
      requested: 'pause',
    });
    expect(paused.code).toBe(0);
    await untilEach(zone, tasks, ({ phase }) => phase === 'Paused');
    await untilListed(zone, 'Paused', 5);

    const declined = atTerminal(['resume', '--query', `${query} AND ProvisioningPhase = 'Paused'`]);
    await declined.until('and 2 more? [y/N] ');
    declined.type('n\n');
    await expect(declined.ended).resolves.toBe(130);
    expect(declined.output()).toContain('Nothing was done');
    await untilEach(zone, tasks, ({ phase }) => phase === 'Paused');
    const agreed = atTerminal(['resume', '--query', `${query} AND ProvisioningPhase = 'Paused'`]);
    await agreed.until('Resume 5 follows: ');
    await agreed.until('[y/N] ');
    agreed.type('y\n');
    await expect(agreed.ended).resolves.toBe(0);
    expect(agreed.output()).toContain('z-bulk/t-3 was told to go on; if it is paused or blocked, it polls now');
    expect(agreed.output()).toContain('5 of 5 follows done');
    await untilEach(zone, tasks, ({ phase }) => phase === 'Polling');

    const typed = await run('set-polling', zone, 't-2', 't-never', 't-1', '--max-interval', '950');
    const typedLines = typed.stdout.trimEnd().split('\n');
    expect(typedLines.map((line) => line.split(',')[0])).toEqual(['z-bulk/t-2 Polling', 'z-bulk/t-1 Polling']);
    expect(typed.output).toContain(
      'z-bulk/t-never: Task t-never of zone z-bulk is not followed in this namespace: start it with follow\n',
    );
    expect(typed.output).toContain('2 of 3 follows done, 1 failed\n');
    expect(typed.code).toBe(4);
    const status = await run('status', '--query', query);
    expect(
      status.stdout
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('z-bulk/t-') && LINE.test(line)),
    ).toBe(true);

    const [none, noneJson, bad, both] = await Promise.all([
      run('cancel', '--query', "ProvisioningZoneId = 'z-nowhere'"),
      run('watch', '--query', "ProvisioningZoneId = 'z-nowhere'", '--json'),
      run('resume', '--query', 'Phase is blocked', '--json'),
      run('resume', zone, 't-1', '--query', query),
    ]);
    expect(none.output).toBe('No follow matches\n');
    expect(jsonOf(noneJson)).toEqual({ results: [] });
    expect([none.code, noneJson.code]).toEqual([0, 0]);
    const { error } = jsonOf<{ error: { code: string; message: string } }>(bad);
    expect(error.code).toBe('BadFilter');
    expect(error.message).toMatch(
      /^The Temporal server cannot read the list filter: .+\. A filter looks like --query "/,
    );
    expect(bad.code).toBe(2);
    expect(both.output).toContain('not both');
    expect(both.code).toBe(2);
  });

  test('watch in a pipe writes a line for each change, and ends with the outcomes and their exit code', async () => {
    const zone = 'z-pipe';
    await followed(zone, 't-good', 't-bad');
    const one = start('watch', zone, 't-good');
    const both = start('watch', zone, 't-good', 't-bad');
    const json = start('watch', '--query', "ProvisioningZoneId = 'z-pipe'", '--json');
    const impatient = run('watch', zone, 't-good', 't-never', 't-bad', '--timeout', '0.5');
    for (const process of [one, both, json]) await process.until('t-good Polling, status InProgress');
    await both.until('t-bad Polling, status InProgress');
    const { code, stdout, output } = await impatient;
    expect(stdout).toContain('Not over yet: the wait ended, 2 follows go on: z-pipe/t-good, z-pipe/t-bad\n');
    expect(output).toContain('z-pipe/t-never: Task t-never of zone z-pipe is not followed in this namespace');
    expect(code).toBe(9);
    world.emulator.setTask(zone, 't-good', {});
    world.emulator.setTask(zone, 't-bad', { answers: [{ status: 'Failed', failureReason: 'locked' }] });
    await world.client.pollNow(zone, 't-good');
    await both.until('t-good Succeeded, status Success');
    await world.client.pollNow(zone, 't-bad');

    const [oneEnd, bothEnd, jsonEnd] = await Promise.all([one.ended, both.ended, json.ended]);
    const good = 'Succeeded: Task t-good of zone z-pipe succeeded after 2 polls\n';
    expect(oneEnd.stdout).toMatch(/^t-good Polling, status InProgress, age .*\n/);
    expect(oneEnd.stdout.endsWith(good)).toBe(true);
    expect(oneEnd.stdout).not.toContain('\u001b');
    expect(oneEnd.code).toBe(0);
    expect(bothEnd.stdout.endsWith(`${good}Failed: Task t-bad of zone z-pipe failed: locked\n`)).toBe(true);
    expect(bothEnd.code).toBe(3);
    const { results } = jsonOf<Results>(jsonEnd);
    expect(results.sort((a, b) => a.taskId.localeCompare(b.taskId))).toMatchObject([
      { taskId: 't-bad', workflowId: 'provisioning-task/z-pipe/t-bad', kind: 'ended', outcome: { phase: 'Failed' } },
      { zoneId: zone, taskId: 't-good', kind: 'ended', outcome: { phase: 'Succeeded' } },
    ]);
    expect(jsonEnd.code).toBe(3);
  });

  test('watch at a terminal redraws its lines, as many as fit; Ctrl-C ends the watch alone', async () => {
    const zone = 'z-terminal';
    const tasks = Array.from({ length: 12 }, (_, index) => `t-${index + 1}`);
    await followed(zone, ...tasks);
    const terminal = atTerminal(['watch', zone, ...tasks], { columns: 30, rows: 4 });
    await terminal.until('\u001b[3A\u001b[0J');
    const lines = ['t-1', 't-2'].map((taskId) => `${taskId} Polling, status InProgres\r\n`).join('');
    expect(terminal.output()).toContain(`\u001b[0J${lines}… and 10 more\r\n`);
    terminal.type('\u0003');
    await expect(terminal.ended).resolves.toBe(130);
    expect(terminal.output()).toContain(
      'Not over yet: the wait ended, 12 follows go on: z-terminal/t-1, z-terminal/t-2, z-terminal/t-3 and 9 more',
    );
    expect(terminal.output()).not.toContain('Warning');
    await untilEach(zone, tasks, ({ phase }) => phase === 'Polling');
  });

  test('without a worker: no answer, exit code 9', async () => {
    await followed('z-alone', 't');
    await worker.stop('SIGKILL');
    const checked = await run('check-now', 'z-alone', 't', '--timeout', '1', '--json');
    // The other tests need one, in whatever order they run.
    worker = await world.startWorker();
    expect(jsonOf(checked)).toEqual({
      error: {
        code: 'NoAnswer',
        message: expect.stringMatching(/^No worker answered within 1 s: start one/) as string,
      },
    });
    expect(checked.code).toBe(9);
  });
});
