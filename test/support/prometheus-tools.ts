import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import { root } from './project';

/** Paths of the two programs, or the reason why they are not to be had. */
export type PrometheusTools = { promtool: string; prometheus: string } | { missing: string };

const FOLDER = path.join(root, '.cache', 'prometheus');
const TIMEOUT_MS = 300_000;

/**
 * Unpacks Debian's package of Prometheus into a git-ignored folder, once; nothing is installed. No registry that the
 * project uses otherwise has these programs.
 */
export function findPrometheusTools(): PrometheusTools {
  const tools = { promtool: inFolder('promtool'), prometheus: inFolder('prometheus') };
  if (existsSync(tools.promtool)) return tools;
  if (spawnSync('apt-get', ['--version']).status !== 0) return { missing: 'there is no apt-get' };
  mkdirSync(path.dirname(FOLDER), { recursive: true });
  // Apart, and in its place in one step: test files run side by side.
  const folder = mkdtempSync(`${FOLDER}-`);
  try {
    const fault = unpackInto(folder);
    if (fault !== undefined) return { missing: fault };
    moveInPlace(folder);
    return tools;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function moveInPlace(folder: string): void {
  try {
    renameSync(folder, FOLDER);
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(inFolder('promtool'))) throw error;
  }
}

function inFolder(name: string): string {
  return path.join(FOLDER, 'usr', 'bin', name);
}

/** Returns what went wrong, if anything did. */
function unpackInto(folder: string): string | undefined {
  const run = (command: string, ...args: string[]): string | undefined => {
    const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: TIMEOUT_MS });
    return status === 0 ? undefined : `${command} ${args.join(' ')} failed: ${stderr}`;
  };
  const download = (): string | undefined => run('apt-get', 'download', 'prometheus');
  // The lists of packages may be missing, which only root can mend.
  const fault = download() && (run('apt-get', 'update') ?? download());
  if (fault !== undefined) return fault;
  const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  return run('dpkg-deb', '--extract', archive, folder);
}
