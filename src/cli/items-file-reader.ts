import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { messageOf } from '../sentences';

import { csvItems } from './csv-items';
import { checkContent, type FileFault, type ItemFormat } from './item-format';
import { jsonItems } from './json-items';

const READERS = { '.csv': csvItems, '.json': jsonItems } as const;

/**
 * Reads a file of items, CSV or JSON by its extension; adds every fault, with its line.
 *
 * @returns the items in one form; none that can be used when a fault was added
 */
export async function readItemsFile<Item>(file: string, format: ItemFormat<Item>, faults: string[]): Promise<Item[]> {
  const extension = Object.keys(READERS).find((known) => known === path.extname(file).toLowerCase());
  if (!extension) {
    faults.push(`${file} must be a file that ends in ${Object.keys(READERS).join(' or ')}`);
    return [];
  }
  try {
    const read = readItems(await readFile(file), extension as keyof typeof READERS, format);
    faults.push(...read.faults.map((fault) => faultText(path.basename(file), fault)));
    return read.items;
  } catch (error) {
    faults.push(reasonOf(file, error));
    return [];
  }
}

/** Reads items from the bytes of a file. */
export function readItems<Item>(
  bytes: Buffer,
  extension: keyof typeof READERS,
  format: ItemFormat<Item>,
): { items: Item[]; faults: FileFault[] } {
  const mark = bytes.subarray(0, 2).toString('latin1');
  if (mark === '\xff\xfe' || mark === '\xfe\xff')
    return { items: [], faults: [{ text: 'is UTF-16: save it as UTF-8' }] };
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  if (text.trim() === '') return { items: [], faults: [{ text: 'is empty' }] };
  const content = READERS[extension](text, format);
  return checkContent({ ...content, faults: [...encodingFaults(bytes), ...content.faults] }, format);
}

function encodingFaults(bytes: Buffer): FileFault[] {
  if (isUtf8(bytes)) return [];
  // Each byte is a character of latin1, so that lines are cut where their bytes are.
  return bytes
    .toString('latin1')
    .split('\n')
    .flatMap((line, index) =>
      isUtf8(Buffer.from(line, 'latin1')) ? [] : [{ line: index + 1, text: 'is not UTF-8: save the file as UTF-8' }],
    );
}

function faultText(name: string, { line, text }: FileFault): string {
  return line === undefined ? `${name} ${text}` : `${name} line ${line}: ${text}`;
}

function reasonOf(file: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${file} does not exist`;
  return code === 'EISDIR' ? `${file} is a folder` : `${file} cannot be read: ${messageOf(error)}`;
}
