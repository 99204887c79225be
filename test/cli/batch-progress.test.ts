import { batchLines, BatchProgressView, durationText, secondsLeft } from '../../src/cli/batch-progress';
import type { BatchProgress } from '../../src/client';

const STARTED = '2026-03-01T12:00:00.000Z';
const at = (seconds: number): number => Date.parse(STARTED) + seconds * 1000;

const progress: BatchProgress = {
  zoneId: 'z-1',
  phase: 'Running',
  total: 1_000,
  outcomes: { NotStarted: 250, StillFollowed: 300, Failed: 10, Succeeded: 440 },
  startedAt: STARTED,
};

describe('the time left', () => {
  test('goes by the pace so far', () => {
    expect(secondsLeft(progress, at(90))).toBe(110);
    expect(secondsLeft({ ...progress, outcomes: { Succeeded: 1_000 } }, at(90))).toBe(0);
  });

  test('is not known before the first item is over, nor while the batch stands', () => {
    expect(secondsLeft({ ...progress, outcomes: { StillFollowed: 1_000 } }, at(90))).toBeUndefined();
    expect(secondsLeft({ ...progress, phase: 'Paused' }, at(90))).toBeUndefined();
  });

  test('is not below zero where the clock is behind', () => {
    expect(secondsLeft(progress, at(-5))).toBe(0);
  });

  test('is worded by its two largest units', () => {
    expect([0, 59.6, 200, 12_000].map(durationText)).toEqual(['0 s', '59 s', '3 min 20 s', '3 h 20 min']);
  });
});

describe('the lines of a batch', () => {
  test('tell how far it is, with counts by outcome and the time left', () => {
    expect(batchLines(progress, at(90), true)).toEqual([
      '[#########-----------] Running 450 of 1000 (45 %), Succeeded 440, Failed 10, StillFollowed 300, NotStarted 250, about 1 min 50 s left',
    ]);
    expect(batchLines({ ...progress, outcomes: { Succeeded: 1_000 }, phase: 'Completed' }, at(90), true)).toEqual([
      '[####################] Completed 1000 of 1000 (100 %), Succeeded 1000',
    ]);
  });

  test('tell what keeps it, safe for a terminal', () => {
    const blockedBy = { code: 'UnauthorizedOperation', message: 'no\u001b[2J', since: STARTED };
    const degradedBy = { code: 'InternalError', message: 'later', since: STARTED, count: 3 };
    const kept = { ...progress, phase: 'Blocked', pausedReason: 'new key', blockedBy, degradedBy } as const;
    expect(batchLines(kept, at(90), false)[1]).toBe(
      'paused: new key, needs a person: UnauthorizedOperation no\ufffd[2J, riding out InternalError (3 in a row)',
    );
    expect(batchLines({ ...kept, endedAt: STARTED }, at(90), false)).toHaveLength(1);
  });
});

describe('the view', () => {
  const stream = (isTTY: boolean): { isTTY: boolean; columns: number; text: string; write(t: string): void } => ({
    isTTY,
    columns: 40,
    text: '',
    write(text) {
      this.text += text;
    },
  });
  const done = (Succeeded: number): BatchProgress => ({
    ...progress,
    outcomes: { Succeeded, NotStarted: 1_000 - Succeeded },
  });

  test('is a line for each tenth and each change of state where no terminal is', () => {
    const out = stream(false);
    const view = new BatchProgressView(out);
    view.show(undefined, at(0));
    view.show(done(0), at(1));
    view.show(done(99), at(2));
    view.show(done(150), at(3));
    view.show(done(199), at(4));
    view.show({ ...done(199), phase: 'Paused', pausedReason: 'x' }, at(5));
    view.show({ ...done(199), phase: 'Paused', pausedReason: 'x' }, at(6));
    view.clear();
    expect(out.text.split('\n')).toEqual([
      'No worker answers; the batch waits for one, start it with "provisioning worker"',
      'Running 0 of 1000 (0 %), NotStarted 1000',
      'Running 150 of 1000 (15 %), Succeeded 150, NotStarted 850, about 17 s left',
      'Paused 199 of 1000 (19 %), Succeeded 199, NotStarted 801, paused: x',
      '',
    ]);
  });

  test('is redrawn in place on a terminal, cut to its width, and goes at the end', () => {
    const out = stream(true);
    const view = new BatchProgressView(out);
    view.show({ ...done(500), phase: 'Paused', pausedReason: 'x' }, at(1));
    view.show(done(1_000), at(2));
    view.clear();
    expect(out.text).toBe(
      '\u001b[0J[##########----------] Paused 500 of 10\npaused: x\n' +
        '\u001b[2A\u001b[0J[####################] Running 1000 of \n' +
        '\u001b[1A\u001b[0J',
    );
  });
});
