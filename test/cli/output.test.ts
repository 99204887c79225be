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
};

function ended(phase: Ending): ProvisioningOutcome {
  const { nextPollAt: _, ...rest } = snapshot;
  return { ...rest, phase, endedAt: '2026-03-01T12:01:00.000Z', message: 'what happened' };
}

describe('the line of a snapshot', () => {
  test('tells phase, status, age, polls and the next poll', () => {
    expect(snapshotLine(snapshot, NOW)).toBe('t-1 Polling, status InProgress, age 65 s, 9 polls, next in 7 s');
  });

  test('says so when no status is known and a poll is due', () => {
    const { status: _, ...unknown } = snapshot;
    expect(snapshotLine({ ...unknown, polls: 1, nextPollAt: STARTED }, NOW)).toBe(
      't-1 Polling, status not known yet, age 65 s, 1 poll, next in 0 s',
    );
  });

  test('says so while a check is out', () => {
    const { nextPollAt: _, ...checking } = snapshot;
    expect(snapshotLine(checking, NOW)).toBe('t-1 Polling, status InProgress, age 65 s, 9 polls, asking now');
  });

  test('has the age at the end, not of today, and the reason', () => {
    expect(snapshotLine({ ...ended('Failed'), status: 'Failed', failureReason: 'name taken' }, NOW)).toBe(
      't-1 Failed, status Failed, age 60 s, 9 polls, reason: name taken',
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
    return { taskId: changed.taskId, snapshot: changed };
  }

  function stream(
    isTTY: boolean,
    columns = 80,
  ): { isTTY: boolean; columns: number; text: string; write(t: string): void } {
    return {
      isTTY,
      columns,
      text: '',
      write(text) {
        this.text += text;
      },
    };
  }

  test('is one plain line for each change where no terminal is', () => {
    const out = stream(false);
    const progress = new Progress(out);
    progress.show([{ taskId: 't-1' }], NOW);
    progress.show([watched({})], NOW);
    progress.show([watched({ polls: 10 })], NOW + 1000);
    progress.show([watched({ status: 'Odd', polls: 11 })], NOW + 2000);
    progress.clear();
    expect(out.text).toBe(
      't-1: no worker answers; the follow waits for one, start it with "provisioning worker"\n' +
        't-1 Polling, status InProgress, age 65 s, 9 polls, next in 7 s\n' +
        't-1 Polling, status Odd, age 67 s, 11 polls, next in 5 s\n',
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
});
