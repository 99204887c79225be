import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import { killWithThisProcess } from '../src/dev/watchdog';

/** What a process has used so far. */
export interface ProcessUsage {
  /** On all cores together, of itself and its threads. */
  cpuSeconds: number;
  /** Resident now. */
  rssBytes: number;
}

/** A process of the benchmark; it dies with the benchmark, however that ends. */
export interface BenchProcess {
  pid: number;
  /** The last of what it wrote, both streams. */
  output(): string;
  /** Waits until it has written the text; fails when it ends before. */
  until(text: string): Promise<void>;
  /**
   * Sends the signal and waits for the end; one that has ended is left alone.
   *
   * @returns the exit code, null when the signal ended it
   */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const MAX_OUTPUT_LENGTH = 20_000;
/** Of Linux for user space, on every architecture. */
const TICKS_PER_SECOND = 100;

/** Starts a Node script with no other environment than the given one. */
export function startProcess(script: string, env: NodeJS.ProcessEnv): BenchProcess {
  // A group of its own: Ctrl-C must not reach it before the benchmark.
  const child = spawn(process.execPath, [script], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const release = child.pid === undefined ? () => undefined : killWithThisProcess(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output = (output + String(chunk)).slice(-MAX_OUTPUT_LENGTH)));
  }
  const ended = once(child, 'close').finally(release);
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    until: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (output.includes(text)) resolve();
        };
        for (const stream of [child.stdout, child.stderr]) stream.on('data', check);
        check();
        const fail = (): void => reject(new Error(`${script} ended before it wrote "${text}":\n${output}`));
        ended.then(fail, reject);
      }),
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

/** Reads what a process has used; undefined when it has gone, or where there is no /proc. */
export function usageOf(pid: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before the parenthesis may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return { cpuSeconds: ticks / TICKS_PER_SECOND, rssBytes: Number(kilobytes) * 1024 };
  } catch {
    return undefined;
  }
}
