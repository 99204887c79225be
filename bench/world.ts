import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { DEMO_ACCOUNT } from '../emulator';
import { ProvisioningClient } from '../src/client';
import { startDevServer, type DevServer } from '../src/dev/dev-server';
import { findTemporalCli } from '../src/dev/temporal-binaries';
import { WORKER_IS_POLLING } from '../src/sentences';

import { startBenchEmulator, type BenchEmulator } from './bench-emulator';
import { startProcess, type BenchProcess } from './processes';

/** What a suite measures: a server, the emulator and workers, each a process of its own, on the loopback interface. */
export interface BenchWorld {
  /** The dev server that runs now. */
  server: DevServer;
  emulator: BenchEmulator;
  connection: Connection;
  temporal: Client;
  client: ProvisioningClient;
  /** Starts a worker as in production and waits until it polls; `env` replaces variables of its environment. */
  startWorker(env?: Record<string, string>): Promise<BenchProcess>;
  /** Starts a worker without waiting. */
  spawnWorker(env?: Record<string, string>): BenchProcess;
  /** Stops a worker as a crash would. */
  killWorker(worker: BenchProcess): Promise<void>;
  /** Stops the server as a crash would; its state is kept only with a `dbFile`. */
  killServer(): Promise<void>;
  /** Starts the server again, at the same address. */
  startServer(): Promise<void>;
  /** Stops every process of this world. */
  close(): Promise<void>;
}

/** How to make a {@link BenchWorld}. */
export interface BenchWorldOptions {
  /** What the workers are told that they may use together. */
  statusCallsPerSecond: number;
  /** Status calls that the emulator admits in any one second. */
  requestsPerSecond: number;
  /** Workers to start at once. Default 1. */
  workers?: number;
  /** Keeps the server's state over its restarts. Default: in memory. */
  dbFile?: string;
}

const WORKER = path.join(__dirname, '..', 'src', 'worker.js');

/** Makes a world; whoever asks for it closes it in `finally`. When the benchmark is killed, its processes go too. */
export async function createBenchWorld(options: BenchWorldOptions): Promise<BenchWorld> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const world = await open(options, closers, close);
    await Promise.all(Array.from({ length: options.workers ?? 1 }, () => world.startWorker()));
    return world;
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  { statusCallsPerSecond, requestsPerSecond, dbFile }: BenchWorldOptions,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<BenchWorld> {
  const cliPath = await findTemporalCli();
  const startServer = (port?: number): Promise<DevServer> =>
    startDevServer({
      cliPath,
      headless: true,
      fastTimers: true,
      ...(port !== undefined && { port }),
      ...(dbFile !== undefined && { dbFile }),
    });
  let server = await startServer();
  const { address } = server;
  closers.push(() => server.stop());
  const emulator = await startBenchEmulator(requestsPerSecond);
  closers.push(() => emulator.close());
  const connection = await Connection.connect({ address });
  closers.push(() => connection.close());
  const temporal = new Client({ connection });
  const workers = new Set<BenchProcess>();
  closers.push(async () => {
    await Promise.all([...workers].map((worker) => worker.end('SIGKILL')));
  });
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    TEMPORAL_ADDRESS: address,
    PROVISIONING_ENDPOINT: emulator.url,
    PROVISIONING_STATUS_CALLS_PER_SECOND: String(statusCallsPerSecond),
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
    // Workers of one machine cannot share a port.
    PROVISIONING_HTTP_ADDRESS: '127.0.0.1:0',
  };
  const spawnWorker = (env: Record<string, string> = {}): BenchProcess => {
    const worker = startProcess(WORKER, { ...environment, ...env });
    workers.add(worker);
    return worker;
  };
  return {
    get server() {
      return server;
    },
    emulator,
    connection,
    temporal,
    client: new ProvisioningClient(temporal),
    spawnWorker,
    async startWorker(env) {
      const worker = spawnWorker(env);
      await worker.until(WORKER_IS_POLLING);
      return worker;
    },
    async killWorker(worker) {
      workers.delete(worker);
      await worker.end('SIGKILL');
    },
    async killServer() {
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
    },
    async startServer() {
      server = await startServer(Number(address.split(':')[1]));
      if (server.address !== address) throw new Error(`The server is at ${server.address} instead of ${address}`);
    },
    close,
  };
}
