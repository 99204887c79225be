import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { killWithThisProcess } from '../../src/dev/watchdog';

import type { Owner } from './prerequisites';

const POLL_INTERVAL_MS = 50;
/** Enough for a machine that does much else; a healthy one takes about a second. */
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const SHOWN_LOG_LENGTH = 4_000;

/** How to start a {@link Daemon}. */
export interface DaemonOptions {
  command: string;
  args: readonly string[];
  /** The whole environment of the process. */
  env: Readonly<Record<string, string>>;
  /** Both streams are appended to it. */
  logFile: string;
  owner?: Owner;
}

/** A process in the background. It dies with this process, however that ends. */
export interface Daemon {
  pid: number;
  isRunning(): boolean;
  /** Resolves when the process has ended. */
  ended: Promise<void>;
  /**
   * Waits until a check passes.
   *
   * @throws Error with the end of the log when the process ends before, or the check has not passed after 120 s
   */
  untilReady(isReady: () => Promise<boolean>): Promise<void>;
  /** Sends the signal and waits for the end; SIGKILL follows after 30 s. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a process in the background.
 *
 * @throws Error when it cannot be started
 */
export async function startDaemon({ command, args, env, logFile, owner }: DaemonOptions): Promise<Daemon> {
  const log = openSync(logFile, 'a');
  // A group of its own: Ctrl-C in a terminal must not end it before those that use it.
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', log, log], ...owner });
  closeSync(log);
  const exited = once(child, 'exit');
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const release = killWithThisProcess(pid);
  let isRunning = true;
  const ended = exited.then(() => {
    isRunning = false;
    release();
  });
  return {
    pid,
    isRunning: () => isRunning,
    ended,
    async untilReady(isReady) {
      const giveUpAt = Date.now() + READY_TIMEOUT_MS;
      while (!(await isReady())) {
        const isLate = Date.now() > giveUpAt;
        if (!isRunning || isLate) {
          const what = isLate ? `is not ready after ${READY_TIMEOUT_MS / 1000} s` : 'ended at once';
          const tail = readFileSync(logFile, 'utf8').slice(-SHOWN_LOG_LENGTH);
          throw new Error(`${command} ${what}. The end of its log:\n${tail}`);
        }
        await sleep(POLL_INTERVAL_MS);
      }
    },
    async stop(signal) {
      if (!isRunning) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
