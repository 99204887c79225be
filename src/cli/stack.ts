import path from 'node:path';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../emulator';
import { VARIABLES } from '../config';
import { startDevServer } from '../dev/dev-server';
import { withoutTemporalSettings } from '../dev/local-environment';
import { findTemporalCli } from '../dev/temporal-binaries';
import { hasCredentialSettings } from '../tencent';

import { claimFolder } from './data-folder';
import { startWorker } from './worker-process';

/** How {@link startStack} starts. */
export interface StackOptions {
  /** Wanted gRPC port; a busy one is replaced and told. */
  port: number;
  /** Wanted UI port; a busy one is replaced and told. */
  uiPort: number;
  /** Keeps the server's data and the worker's log. */
  dataFolder: string;
  env: NodeJS.ProcessEnv;
  homeDir: string;
  /** Receives one line for each thing that a person should know. */
  tell: (line: string) => void;
}

/** Temporal server, worker and, without cloud credentials, the emulator: all on this machine. */
export interface Stack {
  /** `host:port` of the Temporal server. */
  address: string;
  uiUrl: string;
  emulator?: Emulator;
  /** Rejects when the worker ends before {@link Stack.stop}. */
  failed: Promise<never>;
  /** Drains the worker, then stops the rest. */
  stop(): Promise<void>;
}

/**
 * Starts everything and waits until it can be used.
 *
 * @throws CommandError when a part does not start; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataFolder, env, tell } = options;
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let action = undo.pop(); action; action = undo.pop()) await action();
  };
  try {
    undo.push(claimFolder(dataFolder));
    const server = await startServer(options);
    undo.push(() => server.stop());
    const emulator = hasCloud(options) ? undefined : await startEmulator();
    if (emulator) {
      undo.push(() => emulator.close());
      tell(`No cloud credentials were found, so a stand-in for the cloud's API answers at ${emulator.url}.`);
      tell('It is not the real service. Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY to use that.');
    }
    const logFile = path.join(dataFolder, 'worker.log');
    const worker = startWorker(workerEnvironment(env, server.address, emulator), logFile);
    undo.push(() => worker.stop());
    await Promise.race([worker.ready, worker.failed]);
    tell(`The worker polls; its log is ${logFile}.`);
    return {
      address: server.address,
      uiUrl: server.uiUrl,
      ...(emulator && { emulator }),
      failed: worker.failed,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServer({
  port,
  uiPort,
  dataFolder,
  tell,
}: StackOptions): Promise<{ address: string; uiUrl: string; stop: () => Promise<void> }> {
  const cliPath = await findTemporalCli({ onProgress: (message) => void process.stderr.write(`${message}\n`) });
  const dbFile = path.join(dataFolder, 'temporal.db');
  const server = await startDevServer({ cliPath, dbFile, port, uiPort });
  const { address, uiUrl = '' } = server;
  if (port !== 0 && !address.endsWith(`:${port}`)) tell(`Port ${port} is busy, so the server has another one.`);
  if (uiPort !== 0 && !uiUrl.endsWith(`:${uiPort}`)) tell(`Port ${uiPort} is busy, so the UI has another one.`);
  tell(`Temporal server at ${address}, UI at ${uiUrl}, data in ${dbFile}.`);
  return { address, uiUrl, stop: () => server.stop() };
}

/** With half a key, or an endpoint but no key, the worker says what is wrong; the emulator would only hide it. */
function hasCloud({ env, homeDir }: StackOptions): boolean {
  const named = [VARIABLES.endpoint, VARIABLES.credentialSource].some((name) => env[name]?.trim());
  return named || hasCredentialSettings(env, homeDir);
}

function workerEnvironment(env: NodeJS.ProcessEnv, address: string, emulator: Emulator | undefined): NodeJS.ProcessEnv {
  // It is the only one on this server: nobody to wait for at its start.
  const local = {
    [VARIABLES.workers]: '1',
    // The usual port may be that of another worker on this machine.
    [VARIABLES.httpAddress]: '127.0.0.1:0',
    ...withoutTemporalSettings(env),
    TEMPORAL_ADDRESS: address,
  };
  if (!emulator) return local;
  // A session token without a key would go with the emulator's key, and be refused.
  const withoutCloud = Object.entries(local).filter(([name]) => !name.startsWith('TENCENTCLOUD_'));
  return {
    ...Object.fromEntries(withoutCloud),
    [VARIABLES.endpoint]: emulator.url,
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
  };
}
