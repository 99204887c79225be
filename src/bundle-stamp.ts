import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';

/** What a bundle of the workflows was built from. */
export interface BundleStamp {
  /** Of this package. */
  version: string;
  /** Version of `@temporalio/worker`, which must be the one that runs the bundle. */
  sdk: string;
  variant: string;
  /** The compiled files of this package that are in the bundle, relative to its folder, with `/`. */
  files: string[];
  /** Of these files, see {@link hashFiles}. */
  hash: string;
}

const BEGIN = '/* provisioning-worker ';
const END = ' */ ';
/** A stamp is a twentieth of that. */
const MAX_LENGTH = 65_536;

/** Puts a stamp in front of a bundle. No line moves, so that its source map stays right. */
export function addStamp(stamp: BundleStamp, code: string): string {
  return BEGIN + JSON.stringify(stamp) + END + code;
}

/**
 * Reads the stamp of a bundle, without the rest of it.
 *
 * @returns undefined when it has none
 * @throws Error when the file cannot be read
 */
export function readStamp(file: string): BundleStamp | undefined {
  const text = readBeginning(file);
  const end = text.indexOf(END);
  if (!text.startsWith(BEGIN) || end < 0) return undefined;
  return JSON.parse(text.slice(BEGIN.length, end)) as BundleStamp;
}

function readBeginning(file: string): string {
  const buffer = Buffer.alloc(MAX_LENGTH);
  const descriptor = openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Hashes names and contents of files.
 *
 * @param files - relative to the folder, with `/`
 * @throws Error when one cannot be read
 */
export function hashFiles(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(path.join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
