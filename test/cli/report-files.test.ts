import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
  checkReportFolder,
  reportBaseName,
  reportCsv,
  writeReport,
  type WholeReport,
} from '../../src/cli/report-files';

const KEY = { principalType: 'User', principalId: 'u-1', targetType: 'MemberUin', targetUin: '100000000001' } as const;
const HEADER =
  'index,principalType,principalId,targetType,targetUin,outcome,reason,userProvisioningId,taskId,errorCode,requestId,adopted,taskSearch,configurationStatus,changed,attempts\r\n';

test('writes a row for each line, quoted where that is needed', () => {
  const rows = reportCsv([
    { ...KEY, index: 0, outcome: 'Succeeded', userProvisioningId: 'up-1', taskId: 't-1', attempts: 1 },
    { index: 1, outcome: 'Failed', reason: 'he said "no",\nthen left', changed: ['description', 'x'], attempts: 2 },
  ]);
  expect(rows).toBe(
    `${HEADER}0,User,u-1,MemberUin,100000000001,Succeeded,,up-1,t-1,,,,,,,1\r\n` +
      '1,,,,,Failed,"he said ""no"",\nthen left",,,,,,,,description x,2\r\n',
  );
});

test.each([
  ['=HYPERLINK("http://example.com")', `"'=HYPERLINK(""http://example.com"")"`],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['1=1', '1=1'],
])('a spreadsheet takes %j for text', (reason, cell) => {
  const csv = reportCsv([{ index: 0, outcome: 'Failed', reason, attempts: 1 }]);
  expect(csv).toBe(`${HEADER}0,,,,,Failed,${cell},,,,,,,,,1\r\n`);
});

test('names files after the subject and the batch, whatever characters they have', () => {
  expect(reportBaseName('users', '4f2a9c01b7de')).toBe('users-4f2a9c01b7de-report');
  expect(reportBaseName('my users', '..\\x:y')).toBe('my-users-..-x-y-report');
});

describe('on the disk', () => {
  let folder: string;

  beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'report-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const report: WholeReport = {
    workflowId: 'provision-users/z-1/b-1',
    zoneId: 'z-1',
    phase: 'Completed',
    total: 1,
    outcomes: { Succeeded: 1 },
    startedAt: '2026-03-01T12:00:00.000Z',
    endedAt: '2026-03-01T12:00:05.000Z',
    durationSeconds: 5,
    lines: [{ ...KEY, index: 0, outcome: 'Succeeded', attempts: 1 }],
  };

  test('both files hold the whole report, replace older ones, and nothing else is left', async () => {
    const baseName = path.join(folder, 'users');
    await writeReport(baseName, { ...report, lines: [] });
    const files = await writeReport(baseName, report);
    expect(files).toEqual({ json: `${baseName}.json`, csv: `${baseName}.csv` });
    expect(JSON.parse(readFileSync(files.json, 'utf8'))).toEqual(report);
    expect(readFileSync(files.csv, 'utf8')).toBe(reportCsv(report.lines));
    expect(readdirSync(folder).sort()).toEqual(['users.csv', 'users.json']);
  });

  test('a folder that is not there is a fault before anything is done', async () => {
    const faults: string[] = [];
    await checkReportFolder(path.join(folder, 'users'), faults);
    await checkReportFolder('nowhere/users', faults);
    expect(faults).toEqual(['--report must name files of a folder that can be written to, got "nowhere"']);
  });
});
