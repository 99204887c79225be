import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { root } from './project';

/** A virtual environment that is ready, or the reason why there is none. */
export type PythonTools = { bin: string } | { missing: string };

const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Installs Python packages once into a git-ignored virtual environment; one with the same packages is used again.
 *
 * @param name - folder below `.cache`
 * @param packages - pinned requirements
 */
export function installPythonTools(name: string, packages: readonly string[]): PythonTools {
  const folder = path.join(root, '.cache', name);
  const stamp = path.join(folder, packages.join('+').replaceAll('=', '-'));
  const bin = path.join(folder, 'bin');
  if (existsSync(stamp)) return { bin };
  if (spawnSync('python3', ['--version']).status !== 0) return { missing: 'python3 is not installed' };
  mkdirSync(path.dirname(folder), { recursive: true });
  // What an interrupted installation left is of no use.
  rmSync(folder, { recursive: true, force: true });
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', folder],
    [path.join(bin, 'pip'), 'install', '--quiet', '--disable-pip-version-check', ...packages],
  ] as [string, ...string[]][]) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
    if (status !== 0) return { missing: `${path.basename(command)} ${args.join(' ')} failed: ${stderr}` };
  }
  writeFileSync(stamp, '');
  return { bin };
}
