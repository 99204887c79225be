import { setTimeout as sleep } from 'node:timers/promises';

import type { Follower, Peer } from './follower';
import type { FollowReport } from './peer-protocol';

/** A crash in the middle of some tasks. */
export interface KillPlan {
  tasks: number;
  durationMs: number;
  /** From the begin of the tasks to the crash. */
  killAfterMs: number;
  /** From the end of the tasks on, no report is waited for any longer. */
  patienceMs: number;
}

/** What became of the tasks. */
export interface KillFigures {
  followed: number;
  /** Follows that never told the end of their task. */
  lost: number;
  /** Calls that arrived once the process had been started again. */
  callsAfterRestart: number;
  /** From the end of the tasks until the last report; absent when there was none. */
  lastReportSeconds?: number;
}

/** Below any quota: nothing but the crash is in the way. */
const CALLS_PER_SECOND = 220;
const CHECK_MS = 500;

/** Kills a peer's process in the middle of its tasks, starts it again, and counts what it still tells. */
export async function runWithKill(peer: Peer, plan: KillPlan): Promise<KillFigures> {
  const follower = await peer.start(CALLS_PER_SECOND);
  try {
    return await followWithKill(follower, plan);
  } finally {
    await follower.stop();
  }
}

async function followWithKill(follower: Follower, plan: KillPlan): Promise<KillFigures> {
  const { emulator } = follower;
  const tasks = Array.from({ length: plan.tasks }, (_, index) => ({
    taskId: `k-${index}`,
    durationMs: plan.durationMs,
  }));
  const beginMs = await emulator.setTasks(tasks);
  await Promise.all(tasks.map(({ taskId }) => follower.follow(taskId)));
  await sleep(Math.max(0, beginMs + plan.killAfterMs - Date.now()));
  await follower.restart();
  const restartedMs = Date.now();
  const endMs = beginMs + plan.durationMs;
  let reports: FollowReport[] = [];
  while (reports.length < plan.tasks && Date.now() < endMs + plan.patienceMs) {
    await sleep(CHECK_MS);
    reports = (await follower.reports()).filter(({ isSuccess }) => isSuccess);
  }
  const calls = await emulator.calls();
  return {
    followed: plan.tasks,
    lost: plan.tasks - reports.length,
    callsAfterRestart: calls.filter(({ at }) => at >= restartedMs).length,
    ...(reports.length > 0 && {
      lastReportSeconds: (Math.max(...reports.map(({ atMs }) => atMs)) - endMs) / 1000,
    }),
  };
}
