import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import type { StatusCall } from '../emulator-messages';
import { sum } from '../measure';
import { usageOf } from '../processes';

import type { Follower, Peer } from './follower';
import type { FollowReport } from './peer-protocol';
import type { PlannedTask } from './workload';

/** When what is measured, all in ms from the begin. */
export interface RunPlan {
  tasks: readonly PlannedTask[];
  callsPerSecond: number;
  /** Tasks that end from here on count. */
  fromMs: number;
  /** Tasks that end from here on do not. */
  toMs: number;
  /** Until then the load goes on, and what has ended may be seen. */
  endMs: number;
}

/** What happened in a run; instants in epoch ms. */
export interface Run {
  fromMs: number;
  toMs: number;
  endMs: number;
  tasks: FollowedTask[];
  calls: StatusCall[];
  reports: FollowReport[];
  /** CPU time between `fromMs` and `toMs` in ms; NaN where it cannot be read. */
  workerCpuMs: number;
  serverCpuMs?: number;
  /** Share of the machine's CPU time between `fromMs` and `toMs` that nobody used. */
  idleShare: number;
}

/** A task that was followed; instants in epoch ms. */
export interface FollowedTask {
  taskId: string;
  beginMs: number;
  endMs: number;
}

/** Visibility of a dev server is a moment behind. */
const SETTLE_MS = 1_000;

/** Lets a peer follow the planned tasks on an emulator of its own. */
export async function runUnderQuota(peer: Peer, plan: RunPlan): Promise<Run> {
  const follower = await peer.start(plan.callsPerSecond);
  try {
    return await follow(follower, plan);
  } finally {
    await follower.stop();
  }
}

async function follow(follower: Follower, plan: RunPlan): Promise<Run> {
  const { emulator } = follower;
  const beganMs = Date.now();
  const until = (ms: number): Promise<void> => sleep(Math.max(0, beganMs + ms - Date.now()));
  const followed = plan.tasks
    .filter(({ startMs }) => startMs < plan.endMs)
    .map(async ({ taskId, startMs, durationMs }): Promise<FollowedTask> => {
      await until(startMs);
      const beginMs = await emulator.setTasks([{ taskId, durationMs }]);
      await follower.follow(taskId);
      return { taskId, beginMs, endMs: beginMs + durationMs };
    });
  const cpuAt = (ms: number): Promise<CpuTimes> => until(ms).then(() => cpuTimes(follower));
  const [tasks, before, after] = await Promise.all([
    Promise.all(followed),
    cpuAt(plan.fromMs),
    cpuAt(plan.toMs),
    until(plan.endMs),
  ]);
  const calls = await emulator.calls();
  await sleep(SETTLE_MS);
  const reports = await follower.reports();
  const endMs = beganMs + plan.endMs;
  return {
    fromMs: beganMs + plan.fromMs,
    toMs: beganMs + plan.toMs,
    endMs,
    tasks,
    calls,
    reports: reports.filter(({ atMs }) => atMs <= endMs),
    idleShare: (after.idleMs - before.idleMs) / (after.machineMs - before.machineMs),
    workerCpuMs: after.workerMs - before.workerMs,
    ...(follower.serverPid !== undefined && { serverCpuMs: after.serverMs - before.serverMs }),
  };
}

interface CpuTimes {
  workerMs: number;
  serverMs: number;
  idleMs: number;
  /** Of all cores, used or not. */
  machineMs: number;
}

function cpuTimes({ workerPid, serverPid }: Follower): CpuTimes {
  const cores = cpus().map(({ times }) => times);
  return {
    workerMs: cpuMs(workerPid),
    serverMs: cpuMs(serverPid),
    idleMs: sum(cores.map(({ idle }) => idle)),
    machineMs: sum(cores.flatMap((times) => Object.values(times))),
  };
}

function cpuMs(pid: number | undefined): number {
  const { cpuSeconds = NaN } = (pid !== undefined && usageOf(pid)) || {};
  return cpuSeconds * 1000;
}
