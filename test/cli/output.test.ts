import { exitCodeOf } from '../../src/cli/exit-codes';
import { resultSentence, snapshotLine } from '../../src/cli/output';
import { Progress, type Watched } from '../../src/cli/progress';
import type { Ending, ProvisioningOutcome, ProvisioningSnapshot } from '../../src/client';

const STARTED = '2026-03-01T12:00:00.000Z';
const NOW = Date.parse('2026-03-01T12:01:05Z');

const snapshot: ProvisioningSnapshot = {
  zoneId: 'z-1',
  taskId: 't-1',
  phase: 'Polling',
  status: 'InProgress',
  polls: 9,
  nextPollAt: '2026-03-01T12:01:12.000Z',
  startedAt: STARTED,
  deadlineAt: '2026-03-02T12:00:00.000Z',
  observations: [],
  polling: { initialDelaySeconds: 0, minIntervalSeconds: 1, maxIntervalSeconds: 30, ageFraction: 0.1 },
  messages: {},
};

function ended(phase: Ending): ProvisioningOutcome {
  const { nextPollAt: _, ...rest } = snapshot;
  return { ...rest, phase, endedAt: '2026-03-01T12:01:00.000Z', cloudTask: 'Untouched', message: 'what happened' };
}

describe('the line of a snapshot', () => {
  test('tells phase, status, age, polls and the next poll', () => {
    expect(snapshotLine(snapshot, NOW)).toBe('t-1 Polling, status InProgress, age 1 min 5 s, 9 polls, next in 7 s');
  });

  test('says so when no status is known and a poll is due', () => {
    const { status: _, ...unknown } = snapshot;
    expect(snapshotLine({ ...unknown, polls: 1, nextPollAt: STARTED }, NOW)).toBe(
      't-1 Polling, status not known yet, age 1 min 5 s, 1 poll, next in 0 s',
    );
  });

  test('says so while a check is out', () => {
    const { nextPollAt: _, ...checking } = snapshot;
    expect(snapshotLine(checking, NOW)).toBe('t-1 Polling, status InProgress, age 1 min 5 s, 9 polls, asking now');
  });

  test('has the age at the end, not of today, and the reason', () => {
    expect(snapshotLine({ ...ended('Failed'), status: 'Failed', failureReason: 'name taken' }, NOW)).toBe(
      't-1 Failed, status Failed, age 1 min 0 s, 9 polls, reason: name taken',
    );
  });

  test('shows what is ridden out and what needs a person', () => {
    const error = { code: 'InternalError', message: 'try later' };
    expect(snapshotLine({ ...snapshot, degradedBy: { ...error, count: 3, since: STARTED } }, NOW)).toContain(
      'riding out InternalError (3 in a row)',
    );
    const blockedBy = { code: 'UnauthorizedOperation', message: 'no permission', since: '2026-11-25T10:00:00.000Z' };
    expect(snapshotLine({ ...snapshot, phase: 'Blocked', blockedBy }, NOW)).toContain(
      'needs a person: UnauthorizedOperation no permission',
    );
  });

  test('shows why it is paused, and what a person declared', () => {
    const paused = { phase: 'Paused', pausedReason: 'new key', pausedAt: STARTED } as const;
    expect(snapshotLine({ ...snapshot, ...paused }, NOW)).toBe(
      't-1 Paused, status InProgress, age 1 min 5 s, 9 polls, next in 7 s, paused: new key',
    );
    const resolution = { outcome: 'Failed', reason: 'seen', by: 'ops', at: STARTED } as const;
    expect(snapshotLine({ ...ended('Resolved'), resolution }, NOW)).toContain('declared Failed by ops: seen');
  });

  test('lets nothing through that a terminal would obey', () => {
    const failureReason = 'a\u001b[2Jb\r\nc\u009b1m';
    expect(snapshotLine({ ...snapshot, failureReason }, NOW)).toContain('reason: a\ufffd[2Jb  c\ufffd1m');
    expect(resultSentence({ kind: 'stopped', reason: 'x\u0007' })).toMatch(/: x\ufffd$/);
    expect(resultSentence({ kind: 'ended', outcome: { ...ended('Failed'), message: 'x\u0007' } })).toBe(
      'Failed: x\ufffd',
    );
  });
});

describe('what a wait brought', () => {
  const codes: [Ending, number][] = [
    ['Succeeded', 0],
    ['Failed', 3],
    ['NotFound', 4],
    ['Vanished', 4],
    ['DeadlineExceeded', 5],
    ['Cancelled', 6],
    ['Rejected', 7],
  ];
  test.each(codes)('%s has exit code %d', (phase, code) => {
    expect(exitCodeOf({ kind: 'ended', outcome: ended(phase) })).toBe(code);
    expect(resultSentence({ kind: 'ended', outcome: ended(phase) })).toBe(`${phase}: what happened`);
  });

  test.each([
    ['Succeeded', 0],
    ['Failed', 3],
  ] as const)('what a person declared counts as such: %s', (outcome, code) => {
    const resolution = { outcome, reason: 'seen', by: 'ops', at: STARTED };
    expect(exitCodeOf({ kind: 'ended', outcome: { ...ended('Resolved'), resolution } })).toBe(code);
  });

  test('a wait that timed out has 9, a workflow stopped from outside 10', () => {
    expect(exitCodeOf({ kind: 'waiting' })).toBe(9);
    expect(resultSentence({ kind: 'waiting' })).toBe('Not over yet: the wait ended, the follow goes on');
    const stopped = { kind: 'stopped', reason: 'terminated by an operator' } as const;
    expect(exitCodeOf(stopped)).toBe(10);
    expect(resultSentence(stopped)).toBe(
      'The workflow was stopped from outside, without an outcome: terminated by an operator',
    );
  });
});

describe('progress', () => {
  function watched(changes: Partial<ProvisioningSnapshot>): Watched {
    const changed = { ...snapshot, ...changes };
    return { zoneId: changed.zoneId, taskId: changed.taskId, snapshot: changed };
  }

  function stream(
    isTTY: boolean,
    columns = 80,
    rows = 24,
  ): { isTTY: boolean; columns: number; rows: number; text: string; write(t: string): void } {
    return {
      isTTY,
      columns,
      rows,
      text: '',
      write(text) {
        this.text += text;
      },
    };
  }

  test('is one plain line for each change where no terminal is', () => {
    const out = stream(false);
    const progress = new Progress(out);
    progress.show([{ zoneId: 'z-1', taskId: 't-1' }], NOW);
    progress.show([watched({})], NOW);
    progress.show([watched({ polls: 10 })], NOW + 1000);
    progress.show([watched({ status: 'Odd', polls: 11 })], NOW + 2000);
    progress.clear();
    expect(out.text).toBe(
      't-1: no worker answers; the follow waits for one, start it with "provisioning worker"\n' +
        't-1 Polling, status InProgress, age 1 min 5 s, 9 polls, next in 7 s\n' +
        't-1 Polling, status Odd, age 1 min 7 s, 11 polls, next in 5 s\n',
    );
  });

  test('redraws its lines on a terminal, cut to the width, and takes them away at the end', () => {
    const out = stream(true, 12);
    const progress = new Progress(out);
    progress.show([watched({}), watched({ taskId: 't-2' })], NOW);
    progress.show([watched({})], NOW);
    progress.clear();
    expect(out.text).toBe(
      '\u001b[0Jt-1 Polling\nt-2 Polling\n' + '\u001b[2A\u001b[0Jt-1 Polling\n' + '\u001b[1A\u001b[0J',
    );
  });

  test('names the zone where there are several', () => {
    const out = stream(false);
    new Progress(out).show([watched({}), watched({ zoneId: 'z-2' })], NOW);
    expect(out.text).toMatch(/^z-1\/t-1 Polling.*\nz-2\/t-1 Polling.*\n$/);
  });

  test('shows as many as the terminal has rows for, first those that go on', () => {
    const out = stream(true, 13, 4);
    const follows = ['t-1', 't-2', 't-3', 't-4'].map((taskId) => watched({ taskId }));
    const over = watched({ ...ended('Succeeded'), taskId: 't-0' });
    new Progress(out).show([over, ...follows.slice(0, 2)], NOW);
    expect(out.text).toBe('\u001b[0Jt-0 Succeede\nt-1 Polling,\nt-2 Polling,\n');
    out.text = '';
    new Progress(out).show([over, ...follows], NOW);
    expect(out.text).toBe('\u001b[0Jt-1 Polling,\nt-2 Polling,\n… and 3 more\n');
  });

  test('cuts by the columns that characters take', () => {
    const out = stream(true, 12);
    new Progress(out).show([watched({ taskId: '部署失败部署' })], NOW);
    expect(out.text).toBe('\u001b[0J部署失败部\n');
  });
});
