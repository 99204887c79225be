import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { InvalidInputError, type UserSyncItem } from '../src/contract';
import { ItemsFileMissingError, readItemLines, writeItemsFile } from '../src/items-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'items-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function item(number: number, description?: string): UserSyncItem {
  return {
    principalType: 'User',
    principalId: `u-${number}`,
    targetType: 'MemberUin',
    targetUin: '100000000001',
    ...(description !== undefined && { description }),
  };
}

describe('writing', () => {
  it('makes one line of each item, in a file named by its content, in a folder that is made', async () => {
    const inner = path.join(folder, 'a', 'b');
    const items = [item(1, 'é\n'), { userProvisioningId: 'up-1' }];
    const content = `${JSON.stringify(items[0])}\n{"userProvisioningId":"up-1"}\n`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const name = `${sha256.slice(0, 32)}.jsonl`;
    await expect(writeItemsFile(inner, items)).resolves.toEqual({ name, sha256, count: 2 });
    expect(readdirSync(inner)).toEqual([name]);
    expect(readFileSync(path.join(inner, name), 'utf8')).toBe(content);
  });

  it('keeps a file of the same content, and replaces one that was changed', async () => {
    const { name } = await writeItemsFile(folder, [item(1)]);
    const file = path.join(folder, name);
    const content = readFileSync(file, 'utf8');
    utimesSync(file, 1, 1);
    await writeItemsFile(folder, [item(1)]);
    expect(statSync(file).mtimeMs).toBe(1_000);
    appendFileSync(file, 'x');
    await writeItemsFile(folder, [item(1)]);
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('leaves nothing behind when it fails', async () => {
    const { name } = await writeItemsFile(folder, [item(1)]);
    rmSync(path.join(folder, name));
    // A folder that is not empty cannot be replaced by a file.
    const other = path.join(folder, name, 'x');
    await writeItemsFile(other, []);
    await expect(writeItemsFile(folder, [item(1)])).rejects.toThrow('EISDIR');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('by several at once ends in one file', async () => {
    const files = await Promise.all(Array.from({ length: 8 }, () => writeItemsFile(folder, [item(1), item(2)])));
    expect(new Set(files.map(({ name }) => name))).toEqual(new Set(readdirSync(folder)));
    await expect(readItemLines(folder, files[0] ?? fail())).resolves.toHaveLength(2);
  });
});

function fail(): never {
  throw new Error('no file');
}

describe('reading', () => {
  // Longer than one chunk of a stream, with characters of several bytes at its edges, and ends of lines that are none.
  const items = Array.from({ length: 3_000 }, (_, number) => item(number, `😀é\u2028\r${'部署'.repeat(number % 7)}`));
  const lines = items.map((one) => JSON.stringify(one));

  it('gives the lines as they were written', async () => {
    const file = await writeItemsFile(folder, items);
    await expect(readItemLines(folder, file)).resolves.toEqual(lines);
  });

  it.each([
    [{ from: 0, count: 2 }, lines.slice(0, 2)],
    [{ from: 1_500, count: 500 }, lines.slice(1_500, 2_000)],
    [{ from: 2_999, count: 500 }, lines.slice(2_999)],
    [{ from: 3_000, count: 500 }, []],
  ])('gives the lines of %j', async (range, wanted) => {
    const file = await writeItemsFile(folder, items);
    await expect(readItemLines(folder, file, range)).resolves.toEqual(wanted);
  });

  it('takes a last line without an end', async () => {
    const content = '{"a":1}\n{"a":2}';
    writeFileSync(path.join(folder, 'a.jsonl'), content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await expect(readItemLines(folder, { name: 'a.jsonl', sha256, count: 2 })).resolves.toEqual(['{"a":1}', '{"a":2}']);
  });

  it('refuses a file that has changed, also beyond the lines that are wanted', async () => {
    const file = await writeItemsFile(folder, [item(1)]);
    appendFileSync(path.join(folder, file.name), 'x\n');
    const sha256 = createHash('sha256')
      .update(`${JSON.stringify(item(1))}\nx\n`)
      .digest('hex');
    const reading = readItemLines(folder, file, { from: 0, count: 1 });
    await expect(reading).rejects.toBeInstanceOf(InvalidInputError);
    await expect(reading).rejects.toMatchObject({
      faults: [`${file.name} has changed: its sha256 is ${sha256}, not ${file.sha256}`],
    });
  });

  it('refuses a file with another number of items', async () => {
    const file = await writeItemsFile(folder, [item(1), item(2)]);
    await expect(readItemLines(folder, { ...file, count: 3 })).rejects.toMatchObject({
      faults: [`${file.name} has 2 items, not 3`],
    });
  });

  it.each(['../secret.jsonl', '/etc/hostname', '..', '.', '', 'a/b.jsonl', './a.jsonl', 'a/../b.jsonl'])(
    'refuses the name %p, which leads elsewhere',
    async (name) => {
      await expect(readItemLines(folder, { name, sha256: '0'.repeat(64), count: 1 })).rejects.toMatchObject({
        faults: [`the name of a file of items must not lead out of its folder: ${name}`],
      });
    },
  );

  it('tells a file that is missing, and where it should be', async () => {
    const reading = readItemLines(folder, { name: 'a.jsonl', sha256: '0'.repeat(64), count: 1 });
    await expect(reading).rejects.toBeInstanceOf(ItemsFileMissingError);
    await expect(reading).rejects.toThrow(
      `a.jsonl is not in the folder ${folder}: the folder that PROVISIONING_ITEMS_FOLDER names must be the same for every worker and for whoever writes the file`,
    );
  });
});
