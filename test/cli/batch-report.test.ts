import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { reportLines, tellResult } from '../../src/cli/batch-report';
import { exitCodeOfBatch } from '../../src/cli/exit-codes';
import { waitShowingBatch } from '../../src/cli/watch-batch';
import type { BatchPhase, BatchReport, BatchWaitResult, ItemOutcome, ReportLine } from '../../src/client';

const ID = 'provision-users/z-1/b-1';
const KEY = { principalType: 'User', principalId: 'u-1', targetType: 'MemberUin', targetUin: '1' } as const;

function report(outcomes: BatchReport['outcomes'], phase: BatchPhase = 'Completed'): BatchReport {
  const [startedAt, endedAt] = ['2026-03-01T12:00:00.000Z', '2026-03-01T12:03:20.000Z'];
  return { zoneId: 'z-1', phase, total: 3, outcomes, startedAt, endedAt, durationSeconds: 200 };
}

const LINES: ReportLine[] = [
  { ...KEY, index: 0, outcome: 'Succeeded', attempts: 1 },
  { ...KEY, index: 1, outcome: 'Failed', reason: '部署失败\u0007', attempts: 1 },
  { index: 2, userProvisioningId: 'up-3', outcome: 'Refused', errorCode: 'OverLimit', reason: 'full', attempts: 1 },
];

describe('the exit code', () => {
  test.each<[BatchReport['outcomes'], BatchPhase, number]>([
    [{ Succeeded: 1, AlreadyExists: 1, AlreadyAbsent: 1, WouldBeRemoved: 1, Failed: 0 }, 'Completed', 0],
    [{ Succeeded: 2, Unknown: 1 }, 'Completed', 3],
    [{ Succeeded: 2, NotStarted: 1 }, 'Cancelled', 6],
  ])('of %j, %s is %d', (outcomes, phase, code) => {
    expect(exitCodeOfBatch({ kind: 'ended', report: report(outcomes, phase) })).toBe(code);
  });

  test('of a wait that ended is 9, of a batch that was stopped 10', () => {
    expect(exitCodeOfBatch({ kind: 'waiting' })).toBe(9);
    expect(exitCodeOfBatch({ kind: 'stopped', reason: 'terminated' })).toBe(10);
  });
});

test('a report is worded with its counts and what did not end well, twenty at most', () => {
  const whole = { ...report({ Succeeded: 1, Failed: 1, Refused: 1 }), workflowId: ID, lines: LINES };
  expect(reportLines(whole, LINES.slice(1), 'r.csv')).toEqual([
    'Completed after 3 min 20 s: 3 items, Succeeded 1, Failed 1, Refused 1',
    'ITEM                    OUTCOME  ERROR      REASON',
    'User u-1 → MemberUin 1  Failed   -          部署失败\ufffd',
    'up-3                    Refused  OverLimit  full',
  ]);
  const failures = Array.from({ length: 22 }, (_, index) => ({ index, outcome: 'NotStarted' as const, attempts: 0 }));
  const { durationSeconds: _, ...running } = whole;
  const lines = reportLines(running, failures, 'r.csv');
  expect(lines[0]).toBe('Completed: 3 items, Succeeded 1, Failed 1, Refused 1');
  expect(lines[2]).toBe('item 1   NotStarted  -      -');
  expect(lines.slice(22)).toEqual(['… and 2 more: r.csv']);
});

describe('what a wait brought', () => {
  let folder: string;
  let output: string;

  beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'report-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    output = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      output += String(text);
      return true;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  async function* linesOfParts(): AsyncGenerator<ReportLine> {
    yield* LINES;
    await Promise.resolve();
  }
  const tell = (result: BatchWaitResult, json: boolean, isInterrupted = false): Promise<number> =>
    tellResult({ lines: linesOfParts }, ID, result, isInterrupted, {
      json,
      baseName: path.join(folder, 'r'),
      head: { batch: 1 },
    });

  test('of a large batch, the lines come from its parts; the files have them all', async () => {
    const ended = { kind: 'ended', report: report({ Succeeded: 1, Failed: 1, Refused: 1 }) } as const;
    await expect(tell(ended, true)).resolves.toBe(3);
    const files = { json: path.join(folder, 'r.json'), csv: path.join(folder, 'r.csv') };
    expect(JSON.parse(output)).toEqual({
      batch: 1,
      kind: 'ended',
      report: { ...ended.report, workflowId: ID },
      failures: LINES.slice(1),
      files,
    });
    expect(JSON.parse(readFileSync(files.json, 'utf8'))).toEqual({ ...ended.report, workflowId: ID, lines: LINES });
    output = '';
    await tell({ kind: 'ended', report: { ...ended.report, lines: [] } }, false);
    expect(output).toBe(
      `Completed after 3 min 20 s: 3 items, Succeeded 1, Failed 1, Refused 1\nReport: ${files.json} and ${files.csv}\n`,
    );
  });

  test('a report that cannot be written says how to get it again, after its failures', async () => {
    const telling = { json: false, baseName: path.join(folder, 'nowhere', 'r'), head: {} };
    const ended = { kind: 'ended', report: report({ Succeeded: 3 }) } as const;
    await expect(tellResult({ lines: linesOfParts }, ID, ended, false, telling)).rejects.toMatchObject({
      code: 'ReportNotWritten',
      exitCode: 1,
      message: expect.stringContaining(`provisioning batch report ${ID} --report <basename>`) as string,
    });
    expect(output).toContain('Refused  OverLimit  full');
  });

  test('a wait that ended says how to attach again; after Ctrl-C the exit code is 130', async () => {
    await expect(tell({ kind: 'waiting' }, false)).resolves.toBe(9);
    expect(output).toBe(`Not over yet: the batch goes on. Attach again with: provisioning batch attach ${ID}\n`);
    await expect(tell({ kind: 'waiting' }, false, true)).resolves.toBe(130);
    output = '';
    await expect(tell({ kind: 'stopped', reason: 'killed' }, true)).resolves.toBe(10);
    expect(JSON.parse(output)).toEqual({ batch: 1, kind: 'stopped', reason: 'killed' });
    output = '';
    await tell({ kind: 'stopped', reason: 'killed\u0007' }, false);
    expect(output).toBe('The workflow was stopped without a report: killed\ufffd\n');
  });
});

test('the progress is shown while the report is waited for, and no question outlives the wait', async () => {
  const shown: string[] = [];
  let isAsking = false;
  let end = (_: BatchWaitResult): void => undefined;
  const client = {
    async progress(_: string, { signal }: { signal?: AbortSignal } = {}) {
      isAsking = true;
      await new Promise((resolve) => signal?.addEventListener('abort', resolve) ?? resolve(undefined));
      isAsking = false;
      throw new Error('no worker');
    },
    waitForReport: () => new Promise<BatchWaitResult>((resolve) => (end = resolve)),
  };
  const outcomes: Partial<Record<ItemOutcome, number>> = { Succeeded: 3 };
  const waiting = waitShowingBatch(client, ID, {}, { write: (text) => shown.push(text) });
  expect(isAsking).toBe(true);
  end({ kind: 'ended', report: report(outcomes) });
  await expect(waiting).resolves.toEqual({ kind: 'ended', report: report(outcomes) });
  expect(isAsking).toBe(false);
  expect(shown).toEqual([]);
});
