import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';

import { InvalidInputError, type ItemsFile, type UserSyncItem, type UserSyncRef } from './contract';
import { writeWhole } from './whole-file';

/** Tells that a file of items is not there, at least not yet. */
export class ItemsFileMissingError extends Error {
  override readonly name = 'ItemsFileMissingError';
}

/**
 * Writes items as JSON lines into a file that is named by its content, whole or not at all; one that is there already is
 * kept.
 *
 * @param folder - the folder of item files, which is made when it is missing
 * @param items - checked
 * @returns what the input of a batch takes as its `itemsFile`
 */
export async function writeItemsFile(
  folder: string,
  items: readonly (UserSyncItem | UserSyncRef)[],
): Promise<ItemsFile> {
  const content = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const name = `${sha256.slice(0, 32)}.jsonl`;
  const file = path.join(folder, name);
  await mkdir(folder, { recursive: true });
  // Whatever keeps it from being read: it is replaced, or that fails with a reason of its own.
  const existing = await readFile(file, 'utf8').catch(() => undefined);
  if (existing !== content) await writeWhole(file, content);
  return { name, sha256, count: items.length };
}

/** Which lines {@link readItemLines} gives. */
export interface LineRange {
  /** The first, from 0. Default 0. */
  from?: number;
  /** How many at most. Default: all that follow. */
  count?: number;
}

/**
 * Reads lines of a file of items, and holds no more of it in memory.
 *
 * @throws ItemsFileMissingError when it is not there; InvalidInputError when its name leads out of the folder, or when it
 *   is not the file that was meant
 */
export async function readItemLines(folder: string, file: ItemsFile, range: LineRange = {}): Promise<string[]> {
  const { from = 0, count = Infinity } = range;
  const hash = createHash('sha256');
  const lines: string[] = [];
  let total = 0;
  for await (const line of linesOf(pathOf(folder, file.name), (bytes) => hash.update(bytes))) {
    if (total >= from && total < from + count) lines.push(line);
    total += 1;
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== file.sha256) {
    throw new InvalidInputError([`${file.name} has changed: its sha256 is ${sha256}, not ${file.sha256}`]);
  }
  if (total !== file.count) throw new InvalidInputError([`${file.name} has ${total} items, not ${file.count}`]);
  return lines;
}

/** Not by node:readline, for which a line also ends at U+2028, which JSON may hold as it is. */
async function* linesOf(file: string, take: (bytes: Buffer) => void): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const bytes of createReadStream(file) as AsyncIterable<Buffer>) {
      take(bytes);
      const parts = (rest + decoder.write(bytes)).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const message = `${path.basename(file)} is not in the folder ${path.dirname(file)}: the folder that PROVISIONING_ITEMS_FOLDER names must be the same for every worker and for whoever writes the file`;
    throw new ItemsFileMissingError(message, { cause: error });
  }
  if (rest !== '') yield rest;
}

function pathOf(folder: string, name: string): string {
  const root = path.resolve(folder);
  const file = path.resolve(root, name);
  if (path.dirname(file) === root && path.basename(file) === name) return file;
  throw new InvalidInputError([`the name of a file of items must not lead out of its folder: ${name}`]);
}
