import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../emulator';
import { ProvisioningClient } from '../../src/client';
import { startDevServer, type DevServer } from '../../src/dev/dev-server';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { root } from '../support/python-tools';

/** A real server, the emulator and a connected client; workers are processes of their own. */
export interface World {
  server: DevServer;
  emulator: Emulator;
  connection: Connection;
  temporal: Client;
  client: ProvisioningClient;
  /** Environment of a worker process of this world. */
  workerEnvironment: Record<string, string>;
  startWorker(): Promise<WorkerProcess>;
  /** Stops every worker still running, then everything else. */
  close(): Promise<void>;
}

/** A worker process, started as in production. */
export interface WorkerProcess {
  pid: number;
  /** Everything written so far, both streams. */
  output(): string;
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Everything a process said and how it ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

export const WORKER_COMMAND = [process.execPath, path.join(root, 'dist', 'src', 'worker.js')] as const;

export async function createWorld(): Promise<World> {
  const server = await startDevServer({ cliPath: await findTemporalCli(), headless: true, fastTimers: true });
  const emulator = await startEmulator();
  const connection = await Connection.connect({ address: server.address });
  const temporal = new Client({ connection });
  const workers = new Set<ChildProcess>();
  const workerEnvironment = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    TEMPORAL_ADDRESS: server.address,
    PROVISIONING_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
  };
  return {
    server,
    emulator,
    connection,
    temporal,
    client: new ProvisioningClient(temporal),
    workerEnvironment,
    async startWorker() {
      const worker = launch(workerEnvironment);
      workers.add(worker.child);
      void worker.ended.then(() => workers.delete(worker.child));
      await worker.until('Worker is polling');
      return worker;
    },
    async close() {
      await Promise.all([...workers].map((child) => kill(child, 'SIGKILL')));
      await connection.close();
      await server.stop();
      await emulator.close();
    },
  };
}

/** Runs a worker that is expected to end by itself. */
export async function runWorkerToItsEnd(env: Record<string, string>): Promise<ProcessEnd> {
  return launch(env).ended;
}

interface Launched extends WorkerProcess {
  child: ChildProcess;
  ended: Promise<ProcessEnd>;
  /** Waits until the output holds the text. */
  until(text: string): Promise<void>;
}

function launch(env: Record<string, string>): Launched {
  const [command, ...args] = WORKER_COMMAND;
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    output,
  }));
  return {
    child,
    ended,
    pid: child.pid ?? 0,
    output: () => output,
    stop: (signal) => kill(child, signal),
    until: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (output.includes(text)) resolve();
        };
        child.stdout.on('data', check);
        child.stderr.on('data', check);
        void ended.then(({ code }) => reject(new Error(`The worker ended with ${code}: ${output}`)));
      }),
  };
}

async function kill(
  child: ChildProcess,
  name: NodeJS.Signals,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined;
  child.kill(name);
  await ended;
  return { code: child.exitCode, signal: child.signalCode };
}

/** Waits until a condition holds; fails with its last state after 30 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`Still not true after 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
