import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { runCommandLine } from '../../src/cli/program';

const FAULTY = `principalType,principalId,targetType,targetUin,targetuin,duplicationStrategy,deletionStrategy,description,colour
User,u-1,MemberUin,100000000001,,,,,
user,u-2,MemberUin,100000000001,,,,,
User,,MemberUin,100000000001,,,,,
User,u 3,Member,100000000001,,,,,
User,u-4,MemberUin,one,,Replace,Drop,,
User,u-5,MemberUin
User,u-6,MemberUin,100000000001,,,,"the "first" one",
User,u-1,MemberUin,100000000001,,,,again,
User,u-7,MemberUin,100000000001,,,,${'x'.repeat(1_001)},
`;

describe('a file with faults', () => {
  let folder: string;
  let error: string;
  let output: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'provision-'));
    [error, output] = ['', ''];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((error += String(text))));
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((output += String(text))));
    // Whoever asked the server would fail otherwise than for the file.
    process.env.TEMPORAL_ADDRESS = '127.0.0.1:1';
  });

  afterEach(() => {
    jest.restoreAllMocks();
    delete process.env.TEMPORAL_ADDRESS;
    rmSync(folder, { recursive: true, force: true });
  });

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  test('is told with all of them and their lines, and starts nothing', async () => {
    const file = write('users.csv', FAULTY);
    const args = ['provision', '--zone', 'z 1', '--file', file, '--yes', '--chunk-size', '101'];
    await expect(runCommandLine(args)).resolves.toBe(2);
    expect(error.split('\n')).toEqual([
      'Bad input:',
      '  - --zone must not contain white space or control characters',
      '  - --chunk-size must be a whole number from 1 to 100',
      '  - users.csv line 1: column targetUin is there twice',
      '  - users.csv line 1: column "colour" is not known: there are principalType, principalId, targetType, targetUin, duplicationStrategy, deletionStrategy, description',
      '  - users.csv line 3: principalType must be User or Group',
      '  - users.csv line 4: principalId must be a non-empty string',
      '  - users.csv line 5: principalId must not contain white space or control characters',
      '  - users.csv line 5: targetType must be ManagerUin or MemberUin',
      '  - users.csv line 6: targetUin must be the digits of an account id, e.g. "100000000001"',
      '  - users.csv line 6: duplicationStrategy must be KeepBoth or TakeOver',
      '  - users.csv line 6: deletionStrategy must be Keep or Delete',
      '  - users.csv line 7: has 3 fields, but the header has 9',
      '  - users.csv line 8: a double quote is misplaced or never closed: put the whole field into double quotes, and double those inside',
      '  - users.csv line 9: the same as line 2: User u-1 → MemberUin 100000000001',
      '  - users.csv line 10: description must be a string of at most 1000 characters',
      '',
    ]);
    expect(output).toBe('');
    expect(readdirSync(folder)).toEqual(['users.csv']);
  });

  test('is told as JSON where that was asked for, when removing too', async () => {
    const file = write('users.json', '[{"userProvisioningId": "up-1"},\n{"userProvisioningId": "up-1"}]');
    const args = ['deprovision', '--zone', 'z-1', '--file', file, '--report', path.join(folder, 'no', 'r'), '--json'];
    await expect(runCommandLine(args)).resolves.toBe(2);
    const faults = [
      'users.json line 2: the same as line 1: up-1',
      `--report must name files of a folder that can be written to, got "${path.join(folder, 'no')}"`,
    ];
    expect(JSON.parse(output)).toMatchObject({ error: { code: 'InvalidInput', faults } });
  });
});

describe('batch', () => {
  let error: string;

  beforeEach(() => {
    error = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((error += String(text))));
  });
  afterEach(() => jest.restoreAllMocks());

  test.each(['attach', 'progress', 'report', 'pause', 'resume', 'retry-failed', 'cancel'])(
    '%s takes the workflow id of a batch only',
    async (name) => {
      const options = name === 'pause' ? ['--reason', 'x'] : [];
      await expect(runCommandLine(['batch', name, 'provisioning-task/z-1/t-1', ...options])).resolves.toBe(2);
      expect(error).toBe(
        'Bad input:\n  - The workflow id must be that of a batch, e.g. provision-users/z-djw98wnd0000/4f2a9c01b7de, got "provisioning-task/z-1/t-1"\n',
      );
    },
  );
});
