import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** Both streams, in the order of arrival. */
  output: string;
}

/** A process of the project, started as a user would. */
export interface RunningProcess {
  child: ChildProcess;
  pid: number;
  /** Everything written so far, both streams. */
  output(): string;
  ended: Promise<ProcessEnd>;
  /** Waits until the output holds the text; fails when the process ends before. */
  until(text: string): Promise<void>;
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts a Node script with no other environment than the given one. */
export function launch(script: string, args: readonly string[], env: Record<string, string>): RunningProcess {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode, stdout, output }));
  return {
    child,
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (output.includes(text)) resolve();
        };
        child.stdout.on('data', check);
        child.stderr.on('data', check);
        check();
        void ended.then(({ code }) => reject(new Error(`The process ended with ${code}: ${output}`)));
      }),
    async stop(name) {
      child.kill(name);
      const { code, signal } = await ended;
      return { code, signal };
    },
  };
}

/** Tells whether a process of this machine still runs; one that only waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Gone meanwhile, or a system without /proc.
    return !existsSync('/proc/self/stat');
  }
}
