import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Makes a detached child die with this process, however that ends. An exit handler alone does not cover SIGKILL, and
 * Node cannot ask the kernel for a parent-death signal; a pipe, however, closes in every case.
 *
 * @param pid - negative for a whole group, as for `process.kill`
 * @returns a function to call once the child has gone
 */
export function killWithThisProcess(pid: number): () => void {
  const killNow = (): void => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  };
  process.once('exit', killNow);
  const stopShell = process.platform === 'win32' ? () => undefined : startShell(pid);
  return () => {
    process.removeListener('exit', killNow);
    stopShell();
  };
}

function startShell(pid: number): () => void {
  const shell = spawn('/bin/sh', ['-c', 'read -r _; kill -TERM "$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  (shell.stdin as unknown as Socket).unref();
  return () => {
    shell.kill('SIGKILL');
  };
}
