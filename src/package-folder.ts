import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Returns the folder of this package: the nearest with a package.json, since sources and dist/ differ in depth.
 *
 * @throws Error when there is none, which only a copy of single files can bring about
 */
export function packageFolder(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`No package.json above ${__dirname}`);
  }
}

/** Reads the version of the package in a folder. */
export function readVersion(folder: string): string {
  const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
