import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';

import { findTemporalCli } from '../src/dev/temporal-binaries';

const execFileAsync = promisify(execFile);

/** What the figures were measured on. */
export interface Machine {
  cpus: number;
  model: string;
  memoryBytes: number;
  node: string;
  temporal: {
    /** As the CLI says it: its own version and the server's. */
    server: string;
    sdk: string;
  };
}

/** Describes this machine and the versions that run on it. */
export async function describeMachine(): Promise<Machine> {
  const { stdout } = await execFileAsync(await findTemporalCli(), ['--version']);
  const cores = cpus();
  return {
    cpus: cores.length,
    model: cores[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    node: process.version,
    temporal: { server: stdout.trim(), sdk: versionOf('@temporalio/worker') },
  };
}

function versionOf(packageName: string): string {
  const { version } = JSON.parse(readFileSync(require.resolve(`${packageName}/package.json`), 'utf8')) as {
    version: string;
  };
  return version;
}
