import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { DEMO_ACCOUNT, startEmulator, type Emulator, type EmulatorOptions } from '../../emulator';
import { ProvisioningClient } from '../../src/client';
import { launch, type RunningProcess } from '../support/processes';
import { root } from '../support/project';

import { openTestServer, type TestServer } from './test-server';

/** A real server, the emulator and a connected client; workers are processes of their own. */
export interface World {
  server: TestServer;
  emulator: Emulator;
  connection: Connection;
  temporal: Client;
  client: ProvisioningClient;
  /** Environment of a worker process of this world. */
  workerEnvironment: Record<string, string>;
  /**
   * Starts a worker process as in production; what is given replaces variables of its environment.
   *
   * @param script - that of another release; default: the present one
   */
  startWorker(env?: Record<string, string>, script?: string): Promise<RunningProcess>;
  /** Stops every worker still running, then everything else. */
  close(): Promise<void>;
}

type WorldOptions = EmulatorOptions & {
  /** Used instead of one that is opened for this world; stopped with it. */
  server?: TestServer;
  withUi?: boolean;
  /** After so many events a run continues as new; default: the server's. */
  eventsOfARun?: number;
  /** More of the server's dynamic configuration, each value as JSON. */
  dynamicConfig?: Readonly<Record<string, string>>;
};

const WORKER = path.join(root, 'dist', 'src', 'worker.js');

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { withUi = false, eventsOfARun, dynamicConfig, server: given, ...emulatorOptions } = options;
  const settings = {
    ...(eventsOfARun !== undefined && { 'limit.historyCount.suggestContinueAsNew': String(eventsOfARun) }),
    ...dynamicConfig,
  };
  const server = given ?? (await openTestServer({ withUi, settings }));
  const emulator = await startEmulator(emulatorOptions);
  const connection = await Connection.connect({ address: server.address });
  const temporal = new Client({ connection, namespace: server.namespace });
  const workers = new Set<RunningProcess>();
  const workerEnvironment = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    PROVISIONING_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
    // Else one that follows a killed one first waits for that to make room.
    PROVISIONING_WORKERS: '1',
    PROVISIONING_HTTP_ADDRESS: '127.0.0.1:0',
  };
  return {
    server,
    emulator,
    connection,
    temporal,
    client: new ProvisioningClient(temporal),
    workerEnvironment,
    async startWorker(env = {}, script = WORKER) {
      const worker = launch(script, [], { ...workerEnvironment, ...env });
      workers.add(worker);
      void worker.ended.then(() => workers.delete(worker));
      await worker.until('Worker is polling');
      return worker;
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.stop('SIGKILL')));
      await connection.close();
      await server.stop();
      await emulator.close();
    },
  };
}

/** Reads the metrics of a worker that has told where it serves them. */
export async function scrape(worker: RunningProcess): Promise<string> {
  const [, url] = /"httpUrl":"([^"]+)"/.exec(worker.output()) ?? [];
  return (await fetch(`${url}/metrics`)).text();
}

/** Starts a worker process without waiting for it to be ready. */
export function launchWorker(env: Record<string, string>): RunningProcess {
  return launch(WORKER, [], env);
}
