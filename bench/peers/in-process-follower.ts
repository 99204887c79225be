import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { DEMO_ACCOUNT } from '../../emulator';
import { startBenchEmulator, type BenchEmulator } from '../bench-emulator';

import type { Follower, Peer } from './follower';
import type { WaitName } from './in-process-peer';
import { READY, type FollowOrder, type FollowReport } from './peer-protocol';

/** Makes a peer of a wait in memory. */
export function inProcessPeer(name: string, wait: WaitName): Peer {
  return { name, isInProcess: true, start: (callsPerSecond) => startFollower(wait, callsPerSecond) };
}

async function startFollower(wait: WaitName, callsPerSecond: number): Promise<Follower> {
  const emulator = await startBenchEmulator(callsPerSecond);
  try {
    return await followWith(wait, emulator);
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

async function followWith(wait: WaitName, emulator: BenchEmulator): Promise<Follower> {
  const reports: FollowReport[] = [];
  const start = (): Promise<ChildProcess> => startPeer(wait, emulator.url, (report) => reports.push(report));
  let current = await start();
  return {
    emulator,
    workerPid: current.pid ?? 0,
    follow: (taskId) =>
      new Promise((resolve, reject) => {
        current.send({ taskId } satisfies FollowOrder, (error) => (error ? reject(error) : resolve()));
      }),
    reports: () => Promise.resolve([...reports]),
    async restart() {
      await kill(current);
      current = await start();
    },
    async stop() {
      await kill(current);
      await emulator.close();
    },
  };
}

async function startPeer(
  wait: WaitName,
  endpoint: string,
  take: (report: FollowReport) => void,
): Promise<ChildProcess> {
  const { secretId, secretKey } = DEMO_ACCOUNT;
  const env = {
    PROVISIONING_ENDPOINT: endpoint,
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
  };
  // It ends when the channel to this process closes.
  const child = fork(path.join(__dirname, 'in-process-peer.js'), [wait], { env, detached: true });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The process of ${wait} has ended`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  child.on('message', (message: FollowReport | typeof READY) => {
    if (message !== READY) take(message);
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
