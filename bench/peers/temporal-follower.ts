import path from 'node:path';

import { DEMO_ACCOUNT } from '../../emulator';
import type { Polling } from '../../src/client';
import { WORKER_IS_POLLING } from '../../src/sentences';
import { ZONE } from '../emulator-messages';
import { startProcess, type BenchProcess } from '../processes';
import { createBenchWorld, type BenchWorld } from '../world';

import type { Follower, Peer } from './follower';
import type { FollowReport } from './peer-protocol';
import { POLL_BY_RETRIES, SAMPLE_QUEUE, type SampleInput } from './temporal-sample';

/** What the durable peers do not share. */
interface Durable {
  startWorker(world: BenchWorld): Promise<BenchProcess>;
  /** Starts a follow and returns its workflow id. */
  follow(world: BenchWorld, taskId: string): Promise<string>;
}

/**
 * Makes a peer of this project: its worker as in production, told the quota.
 *
 * @param polling - of each follow; the rest is the default
 */
export function provisioningPeer(name: string, polling: Partial<Polling>): Peer {
  return durablePeer(name, {
    startWorker: (world) => world.startWorker(),
    async follow({ client }, taskId) {
      const { workflowId } = await client.follow({ zoneId: ZONE, taskId, polling });
      return workflowId;
    },
  });
}

/** Makes a peer of Temporal's sample of polling by retries. */
export function samplePeer(name: string, intervalMs: number): Peer {
  return durablePeer(name, {
    startWorker: startSampleWorker,
    async follow({ temporal }, taskId) {
      const { workflowId } = await temporal.workflow.start(POLL_BY_RETRIES, {
        workflowId: taskId,
        taskQueue: SAMPLE_QUEUE,
        args: [{ taskId, intervalMs } satisfies SampleInput],
      });
      return workflowId;
    },
  });
}

async function startSampleWorker({ server, emulator }: BenchWorld): Promise<BenchProcess> {
  const worker = startProcess(path.join(__dirname, 'temporal-sample-worker.js'), {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    TEMPORAL_ADDRESS: server.address,
    PROVISIONING_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId,
    TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey,
  });
  await worker.until(WORKER_IS_POLLING);
  return worker;
}

function durablePeer(name: string, durable: Durable): Peer {
  return { name, isInProcess: false, start: (callsPerSecond) => startFollower(durable, callsPerSecond) };
}

async function startFollower(durable: Durable, callsPerSecond: number): Promise<Follower> {
  const world = await createBenchWorld({
    statusCallsPerSecond: callsPerSecond,
    requestsPerSecond: callsPerSecond,
    workers: 0,
  });
  try {
    return await followIn(world, durable);
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function followIn(world: BenchWorld, durable: Durable): Promise<Follower> {
  let worker = await durable.startWorker(world);
  const taskIds = new Map<string, string>();
  return {
    emulator: world.emulator,
    workerPid: worker.pid,
    serverPid: world.server.pid,
    async follow(taskId) {
      taskIds.set(await durable.follow(world, taskId), taskId);
    },
    async reports() {
      const reports: FollowReport[] = [];
      for await (const { workflowId, status, closeTime, historyLength } of world.temporal.workflow.list()) {
        const taskId = taskIds.get(workflowId);
        if (taskId === undefined || !closeTime) continue;
        const isSuccess = status.name === 'COMPLETED';
        reports.push({ taskId, atMs: closeTime.getTime(), isSuccess, events: historyLength });
      }
      return reports;
    },
    async restart() {
      await worker.end('SIGKILL');
      worker = await durable.startWorker(world);
    },
    async stop() {
      await worker.end('SIGKILL');
      await world.close();
    },
  };
}
