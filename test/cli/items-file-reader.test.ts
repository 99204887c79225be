import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { DEPROVISION_FORMAT, PROVISION_FORMAT } from '../../src/cli/item-format';
import { readItems, readItemsFile } from '../../src/cli/items-file-reader';

const KEY = { principalType: 'User', principalId: 'u-1', targetType: 'MemberUin', targetUin: '100000000001' };
const UIN = 'targetUin must be the digits of an account id, e.g. "100000000001"';

const csv = (text: string | Buffer): ReturnType<typeof readItems> =>
  readItems(Buffer.from(text), '.csv', PROVISION_FORMAT);
const json = (text: string): ReturnType<typeof readItems> => readItems(Buffer.from(text), '.json', PROVISION_FORMAT);
const faultsOf = ({ faults }: ReturnType<typeof readItems>): string[] =>
  faults.map(({ line, text }) => (line === undefined ? text : `${line}: ${text}`));

describe('a CSV file', () => {
  test('gives items, its columns in any order and spelling, with a byte order mark', () => {
    const text = `\ufeffTARGET_UIN,principalid,Principal_Type,targetType,description,deletionStrategy
100000000001,u-1,User,MemberUin,"first, of two",
9223372036854775807,g-1,Group,ManagerUin,,Delete
`;
    expect(csv(text)).toEqual({
      items: [
        { ...KEY, description: 'first, of two' },
        {
          principalType: 'Group',
          principalId: 'g-1',
          targetType: 'ManagerUin',
          targetUin: '9223372036854775807',
          deletionStrategy: 'Delete',
        },
      ],
      faults: [],
    });
  });

  test('the same items are the same bytes, whatever the order of the columns', () => {
    const one = csv('principalType,principalId,targetType,targetUin,description\nUser,u-1,MemberUin,100000000001,x');
    const other = csv('description,targetUin,targetType,principalId,principalType\nx,100000000001,MemberUin,u-1,User');
    expect(JSON.stringify(one.items)).toBe(JSON.stringify(other.items));
  });

  test('a column that is missing is told once', () => {
    expect(faultsOf(csv('principalType,principalId,targetType\nUser,u-1,MemberUin\nuser,u-2,MemberUin'))).toEqual([
      '1: column targetUin is missing',
      '3: principalType must be User or Group',
    ]);
  });

  test('a header with a misplaced quote is the only fault, since the columns are not known', () => {
    expect(faultsOf(csv('"principalType"x,principalId\nUser,u-1'))).toEqual([
      expect.stringMatching(/^1: a double quote is misplaced/),
    ]);
  });

  test.each<[string, string | Buffer, string]>([
    ['empty', ' \n\n', 'is empty'],
    ['of a header only', 'principalType,principalId,targetType,targetUin\n', 'has no items'],
    ['in UTF-16', Buffer.from('\ufeffprincipalType', 'utf16le'), 'is UTF-16: save it as UTF-8'],
  ])('that is %s is refused', (_, text, fault) => {
    expect(faultsOf(csv(text))).toEqual([fault]);
  });

  test('that is not UTF-8 is refused with the lines that are not, beside its other faults', () => {
    const text =
      'principalType,principalId,targetType,targetUin,description\nUser,u-1,MemberUin,1,M\xfcller\nUser,u-2,,1,';
    expect(faultsOf(csv(Buffer.from(text, 'latin1')))).toEqual([
      '2: is not UTF-8: save the file as UTF-8',
      '3: targetType must be ManagerUin or MemberUin',
    ]);
  });

  test('names what is to be removed by id or by key', () => {
    const read = (text: string): ReturnType<typeof readItems> =>
      readItems(Buffer.from(text), '.csv', DEPROVISION_FORMAT);
    expect(read('userProvisioningId\nup-1\nup-2').items).toEqual([
      { userProvisioningId: 'up-1' },
      { userProvisioningId: 'up-2' },
    ]);
    const both = 'userProvisioningId,principalType,principalId,targetType,targetUin\n';
    expect(read(`${both}up-1,,,,\n,User,u-1,MemberUin,100000000001`)).toEqual({
      items: [{ userProvisioningId: 'up-1' }, KEY],
      faults: [],
    });
    expect(faultsOf(read(`${both}up-1,User,,,\nup-2,,,,\nup-2,,,,`))).toEqual([
      '2: userProvisioningId stands alone: take principalType away',
      '4: the same as line 3: up-2',
    ]);
    expect(faultsOf(read('userProvisioningId,principalId\nup-1,'))).toEqual([
      '1: column principalType is missing',
      '1: column targetType is missing',
      '1: column targetUin is missing',
    ]);
    expect(faultsOf(read('name\nx'))).toEqual([
      '1: column "name" is not known: there are userProvisioningId, principalType, principalId, targetType, targetUin',
      '1: must name the columns userProvisioningId, or principalType, principalId, targetType, targetUin',
    ]);
  });
});

describe('a JSON file', () => {
  test('gives items, account ids exact however large', () => {
    const text = `[{"principalType": "User", "principalId": "u-1", "targetType": "MemberUin", "targetUin": 100000000001},
      {"targetUin": 9007199254740993, "targetType": "MemberUin", "principalId": "u-2", "principalType": "User"},
      {"targetUin": "9007199254740993", "targetType": "MemberUin", "principalId": "u-3", "principalType": "User"}]`;
    const uin = '9007199254740993';
    expect(json(text)).toEqual({
      items: [KEY, { ...KEY, principalId: 'u-2', targetUin: uin }, { ...KEY, principalId: 'u-3', targetUin: uin }],
      faults: [],
    });
  });

  test('is refused with every fault and its line, also within an item', () => {
    const text = `[
  {
    "principalType": "user",
    "principalId": "u-1", "principalId": "u-2",
    "targetType": "MemberUin",
    "targetUin": 1e11,
    "colour": {"deep": [1]}
  },
  3, [],
  {"principalType": "User", "principalId": "u-1", "targetType": "MemberUin", "targetUin": 1.5}
]`;
    expect(faultsOf(json(text))).toEqual([
      '3: principalType must be User or Group',
      '4: principalId is there twice',
      `6: ${UIN}`,
      '7: colour is not a known field',
      '9: the item must be an object',
      '9: the item must be an object',
      `10: ${UIN}`,
    ]);
  });

  test('finds items that mean the same', () => {
    const item = JSON.stringify(KEY);
    expect(faultsOf(json(`[${item},\n${item}]`))).toEqual(['2: the same as line 1: User u-1 → MemberUin 100000000001']);
  });

  test.each<[string, string, string[]]>([
    ['empty', '', ['is empty']],
    ['an empty array', '[]', ['has no items']],
    ['an object', '{"items": []}', ['1: must begin an array of items']],
    ['without a comma', '[{"a": 1}\n{"b": 2}]', ['2: is not JSON: comma expected']],
    ['with a comment', '[]\n// none', ['2: is not JSON: invalid comment token']],
    ['with a comma too many', '[{"a": 1},\n]', ['2: is not JSON: value expected']],
    ['cut off', '[{"a": 1}', ['1: is not JSON: close bracket expected']],
    ['with another one behind it', '[]\n[]', ['2: is not JSON: end of file expected']],
  ])('that is %s is refused', (_, text, faults) => {
    expect(faultsOf(json(text))).toEqual(faults);
  });
});

describe('reading from the disk', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'items-'));
    mkdirSync(path.join(folder, 'folder.json'));
    writeFileSync(path.join(folder, 'Users.CSV'), 'userProvisioningId\nup-1\nup 2\n');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function read(name: string): Promise<string[]> {
    const faults: string[] = [];
    await readItemsFile(path.join(folder, name), DEPROVISION_FORMAT, faults);
    return faults.map((fault) => fault.replaceAll(`${folder}${path.sep}`, ''));
  }

  test('names file and line in every fault', async () => {
    await expect(read('Users.CSV')).resolves.toEqual([
      'Users.CSV line 3: userProvisioningId must not contain white space or control characters',
    ]);
  });

  test('tells of a file that is not there, is a folder, or is of another kind', async () => {
    await expect(read('nothing.csv')).resolves.toEqual(['nothing.csv does not exist']);
    await expect(read('users.xlsx')).resolves.toEqual(['users.xlsx must be a file that ends in .csv or .json']);
    await expect(read('folder.json')).resolves.toEqual(['folder.json is a folder']);
  });
});
