import path from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../emulator';
import { ProvisioningClient } from '../../src/client';
import { startDevServer } from '../../src/dev/dev-server';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { WORKER_IS_POLLING } from '../../src/sentences';
import { startProcess, type BenchProcess } from '../processes';
import { lastRelease, releasedWorker } from '../released-worker';

/** Which worker runs: that of the last release, or the present one. */
export type Version = 'last' | 'present';

/** A server, the emulator and workers of two versions, on the loopback interface. */
export interface SoakWorld {
  emulator: Emulator;
  temporal: Client;
  client: ProvisioningClient;
  /** Starts a worker as in production and waits until it polls. */
  startWorker(version: Version): Promise<BenchProcess>;
  /** Stops every process of this world. */
  close(): Promise<void>;
}

/** So few that follows of minutes continue as new, several times and from version to version. */
const EVENTS_OF_A_RUN = 250;

/** Makes a world; whoever asks for it closes it in `finally`. */
export async function createSoakWorld(): Promise<SoakWorld> {
  const scripts: Record<Version, string> = {
    last: releasedWorker(lastRelease()),
    present: path.join(__dirname, '..', '..', 'src', 'worker.js'),
  };
  const server = await startDevServer({
    cliPath: await findTemporalCli(),
    headless: true,
    fastTimers: true,
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': String(EVENTS_OF_A_RUN) },
  });
  // Not all of hours.
  const emulator = await startEmulator({ keepRequests: 1_000 });
  const connection = await Connection.connect({ address: server.address });
  const temporal = new Client({ connection });
  const workers = new Set<BenchProcess>();
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    TEMPORAL_ADDRESS: server.address,
    PROVISIONING_ENDPOINT: emulator.url,
    PROVISIONING_HTTP_ADDRESS: '127.0.0.1:0',
    // A killed worker counts as one that shares for minutes.
    PROVISIONING_WORKERS: '1',
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
  };
  return {
    emulator,
    temporal,
    client: new ProvisioningClient(temporal),
    async startWorker(version) {
      const worker = startProcess(scripts[version], environment);
      workers.add(worker);
      await worker.until(WORKER_IS_POLLING);
      return worker;
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.end('SIGKILL')));
      await connection.close();
      await server.stop();
      await emulator.close();
    },
  };
}
