import { execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePort } from '../free-port';
import { messageOf } from '../sentences';

import { withoutTemporalSettings } from './local-environment';
import { FAST_TIMER_SETTINGS, SERVER_SETTINGS } from './server-settings';
import { killWithThisProcess } from './watchdog';

export { freePort } from '../free-port';

const execFileAsync = promisify(execFile);

const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 200;
/** A healthy server stops in about 3 s. */
const STOP_TIMEOUT_MS = 15_000;
const ATTEMPTS = 3;
/** The cause of an early end stands before its stack. */
const MAX_OUTPUT_LENGTH = 4000;

/** How to start a dev server. */
export interface DevServerOptions {
  /** Path of the `temporal` executable, see `findTemporalCli`. */
  cliPath: string;
  /** SQLite file that keeps the state over restarts; its folder is created. Default: state lives in memory. */
  dbFile?: string;
  /** Created beside `default`, with a retention of 24 h. Default: `default`. */
  namespace?: string;
  /** Wanted gRPC port; another free one is taken when it is occupied. Default: any free port. */
  port?: number;
  /** Wanted UI port; another free one is taken when it is occupied. Default: any free port. */
  uiPort?: number;
  /** Runs without the UI. Default: false. */
  headless?: boolean;
  /** Fires also timers of less than a second to the millisecond, instead of after about 1 s. Default: false. */
  fastTimers?: boolean;
  /** More of the server's dynamic configuration, each value as JSON. */
  dynamicConfig?: Readonly<Record<string, string>>;
}

/** A running dev server. */
export interface DevServer {
  /** gRPC address, `host:port`. */
  address: string;
  /** Absent when headless. */
  uiUrl?: string;
  pid: number;
  /** Stops the server and waits until it has gone; calling it again waits for the same stop. */
  stop(): Promise<void>;
}

/**
 * Starts `temporal server start-dev` on the loopback interface and waits until it answers. The server dies with this
 * process, however that ends.
 *
 * @throws Error when the server exits early (with its output in the message) or is not ready within 60 s
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // A port that was free may be taken before the server has it, also one that the server chose for itself.
      const isPortTaken = messageOf(error).includes('address already in use');
      if (!isPortTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOnce(options: DevServerOptions): Promise<DevServer> {
  const { cliPath, dbFile, namespace = 'default', headless = false, fastTimers = false, dynamicConfig = {} } = options;
  const port = await freePort(options.port);
  const uiPort = headless ? undefined : await freePort(options.uiPort);
  const address = `${HOST}:${port}`;

  const args = ['server', 'start-dev', '--ip', HOST, '--port', String(port), '--log-level', 'warn'];
  if (uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(uiPort), '--ui-disable-news-fetch');
  if (namespace !== 'default') args.push('--namespace', namespace);
  if (dbFile !== undefined) {
    await mkdir(path.dirname(path.resolve(dbFile)), { recursive: true });
    args.push('--db-filename', dbFile);
  }
  const settings = { ...SERVER_SETTINGS, ...(fastTimers && FAST_TIMER_SETTINGS), ...dynamicConfig };
  for (const [name, value] of Object.entries(settings)) args.push('--dynamic-config-value', `${name}=${value}`);

  // A group of its own: Ctrl-C must not stop the server while a worker of ours is still draining.
  const child = spawn(cliPath, args, {
    detached: true,
    env: withoutTemporalSettings(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keepHead = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(0, MAX_OUTPUT_LENGTH);
  };
  child.stdout.on('data', keepHead);
  child.stderr.on('data', keepHead);

  let exitReason: string | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      exitReason ??= error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      exitReason ??= `exit ${signal ?? String(code)}`;
      resolve();
    });
  });
  if (child.pid === undefined) {
    await exited;
    throw new Error(`${cliPath} could not be started: ${exitReason}`);
  }
  const pid = child.pid;

  const release = killWithThisProcess(pid);
  const cleaned = exited.then(release);

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      // Without a file there is nothing that a server could still write down in its three seconds.
      child.kill(dbFile === undefined ? 'SIGKILL' : 'SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await cleaned;
      clearTimeout(timer);
    })();
    return stopping;
  };

  try {
    await waitUntilHealthy(cliPath, address, namespace, () => exitReason);
  } catch (error) {
    await stop();
    throw new Error(`The dev server did not start: ${messageOf(error)}\n${output}`.trim(), { cause: error });
  }
  return { address, pid, stop, ...(uiPort === undefined ? {} : { uiUrl: `http://${HOST}:${uiPort}` }) };
}

async function waitUntilHealthy(
  cliPath: string,
  address: string,
  namespace: string,
  exitReason: () => string | undefined,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  // The namespace appears a moment after the health check turns green.
  const checks = [
    ['operator', 'cluster', 'health', '--address', address],
    ['operator', 'namespace', 'describe', '--namespace', namespace, '--address', address],
  ];
  for (const check of checks) {
    for (;;) {
      const reason = exitReason();
      if (reason !== undefined) throw new Error(reason);
      try {
        await execFileAsync(cliPath, check, { timeout: 5_000, env: withoutTemporalSettings(process.env) });
        break;
      } catch (error) {
        if (Date.now() > deadline) {
          throw new Error(`no answer at ${address} within ${READY_TIMEOUT_MS / 1000} s`, { cause: error });
        }
      }
      await sleep(POLL_INTERVAL_MS);
    }
  }
}
