import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home directory of one test. */
export interface HomeFolder {
  path: string;
  /** Writes a file and returns its path. */
  write(name: string, text: string): string;
  /** Writes the shared file and returns its path. */
  writeShared(text: string): string;
  remove(): void;
}

/** Makes an empty home directory. */
export function makeHome(): HomeFolder {
  const path = mkdtempSync(join(tmpdir(), 'credentials-'));
  const write = (name: string, text: string): string => {
    const file = join(path, name);
    writeFileSync(file, text);
    return file;
  };
  return {
    path,
    write,
    writeShared(text) {
      mkdirSync(join(path, '.tencentcloud'), { recursive: true });
      return write(join('.tencentcloud', 'credentials'), text);
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}
