import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { releasedVersions } from '../scripts/changelog';
import { packageFolder } from '../src/package-folder';

const STAMP = 'archive-sha256';

/**
 * Returns the release before the present version, from which an upgrade goes; the latest one until the version is raised.
 *
 * @throws Error when there was no release yet
 */
export function lastRelease(): string {
  const read = (name: string): string => readFileSync(path.join(packageFolder(), name), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const released = releasedVersions(read('CHANGELOG.md'));
  const last = released.find((each) => each !== version) ?? released[0];
  if (last === undefined) throw new Error('CHANGELOG.md has no section with a date');
  return last;
}

/**
 * Unpacks the worker of a release, where Node finds the dependencies of the present one, and returns its script. It is
 * unpacked once, whoever asks, until what is kept changes.
 */
export function releasedWorker(version: string): string {
  const archive = path.join(packageFolder(), 'test', 'releases', `${version}.tar.gz`);
  const folder = path.join(packageFolder(), '.cache', 'releases', version);
  const stamp = path.join(folder, STAMP);
  const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sha256) unpack(archive, folder, sha256);
  return path.join(folder, 'dist', 'src', 'worker.js');
}

/** In a folder of its own first, since another process may do the same. */
function unpack(archive: string, folder: string, sha256: string): void {
  mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  try {
    execFileSync('tar', ['-xzf', archive, '-C', fresh, '--strip-components=1']);
    writeFileSync(path.join(fresh, STAMP), sha256);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
