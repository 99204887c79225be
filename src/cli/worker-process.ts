import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';

import { killWithThisProcess } from '../dev/watchdog';
import { WORKER_IS_POLLING } from '../sentences';

import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';

const LOG_TAIL = 2_000;

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** Resolves once it polls. */
  ready: Promise<void>;
  /** Rejects when it ends before {@link WorkerProcess.stop}. */
  failed: Promise<never>;
  /** Drains it. */
  stop(): Promise<void>;
}

/** Starts `provisioning worker` with no other environment than the given one; its output goes to the log file. */
export function startWorker(env: NodeJS.ProcessEnv, logFile: string): WorkerProcess {
  const main = path.join(__dirname, 'main.js');
  // A group of its own: Ctrl-C in a terminal must reach the worker once, from us, and not before we know of it.
  const child = spawn(process.execPath, [main, 'worker'], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const release = child.pid === undefined ? () => undefined : killWithThisProcess(child.pid);
  const log = createWriteStream(logFile);
  let output = '';
  let stopping = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`exit ${signal ?? String(code)}`));
  });
  void ended.then(() => {
    release();
    log.end();
  });
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log.write(chunk);
        output = (output + String(chunk)).slice(-LOG_TAIL);
        if (output.includes(WORKER_IS_POLLING)) resolve();
      });
    }
  });
  const failed = ended.then((reason): Promise<never> => {
    if (stopping) return new Promise(() => undefined);
    const message = `The worker ended by itself (${reason}):\n${output.trim()}`;
    throw new CommandError(message, child.exitCode || EXIT_CODES.unexpected, 'WorkerEnded');
  });
  // Whoever races it learns of it; nobody else needs to.
  failed.catch(() => undefined);
  return {
    ready,
    failed,
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}
