import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { promisify } from 'node:util';

import { Connection } from '@temporalio/client';
import { grpc } from '@temporalio/proto';

import { startDaemon, type Daemon } from './daemon';
import { LOOPBACK } from './relocation';

const run = promisify(execFile);

const CONNECT_TIMEOUT_MS = 2_000;
const FRONTEND = 'temporal.api.workflowservice.v1.WorkflowService';

/** A Temporal server with all four of its parts in one process. */
export interface TemporalServer {
  /** gRPC address of its frontend, `host:port`. */
  address: string;
  /** Starts it and waits until its port is open, which is what Compose takes for healthy. */
  start(): Promise<void>;
  isRunning(): boolean;
  /** Waits until it answers calls. */
  untilServing(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** How a {@link TemporalServer} is started each time. */
export interface TemporalServerOptions {
  executable: string;
  /** Its whole configuration. */
  env: Readonly<Record<string, string>>;
  logFile: string;
}

/** Describes a server; nothing is started yet. */
export function createTemporalServer({ executable, env, logFile }: TemporalServerOptions): TemporalServer {
  const port = Number(env.FRONTEND_GRPC_PORT);
  const address = `${LOOPBACK}:${port}`;
  let daemon: Daemon | undefined;
  const started = (): Daemon => {
    if (!daemon) throw new Error('The Temporal server was not started');
    return daemon;
  };
  return {
    address,
    async start() {
      // What the entrypoint of the image runs.
      daemon = await startDaemon({ command: executable, args: ['start'], env, logFile });
      await daemon.untilReady(() => isListening(port));
    },
    isRunning: () => daemon?.isRunning() ?? false,
    untilServing: () => started().untilReady(() => isServing(address)),
    kill: () => started().stop('SIGKILL'),
    async stop() {
      await daemon?.stop('SIGTERM');
    },
  };
}

/**
 * Lets the server judge a file of dynamic configuration.
 *
 * @throws Error with what it warns of, such as keys that it does not know
 */
export async function checkDynamicConfig(executable: string, file: string): Promise<void> {
  const { stdout, stderr } = await run(executable, ['validate-dynamic-config', file]);
  const output = stdout + stderr;
  // Its exit code is 0 in any case.
  if (!/warning|error/i.test(output)) return;
  throw new Error(`The server does not take ${file} as it is:\n${output}\n${await readFile(file, 'utf8')}`);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: LOOPBACK });
    const answer = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

async function isServing(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
    const { status } = await connection.healthService.check({ service: FRONTEND });
    return status === grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
