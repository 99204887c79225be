import type { KillPlan } from './kill-run';
import type { RunPlan } from './quota-run';
import { planTasks } from './workload';

/** How the suite spends its time. */
export interface SuitePlan {
  /** Everything at the same time, and short: orders of size only. */
  isQuick: boolean;
  /** For peers that need the processor for themselves, one after the other. */
  alone: RunPlan;
  /** The same tasks, followed for longer, since some of these peers sleep for up to 120 s. */
  together: RunPlan;
  kill: KillPlan;
  tasksInFlight: number;
  /** Of Temporal's sample when nothing has been measured to match, in ms. */
  nominalIntervalMs: number;
}

const SEED = 7;

/** 110 tasks at 22 calls a second: the quota binds, since each follow can be asked once in 5 s. */
const FULL = { callsPerSecond: 22, cycleSeconds: 5, meanMs: 27_000, fromMs: 22_000, toMs: 50_000 };
const QUICK = { callsPerSecond: 11, cycleSeconds: 3, meanMs: 6_000, fromMs: 2_000, toMs: 8_000 };

/** In-process peers report at once or never; what a crashed worker had in hand times out first. */
const FULL_KILL: KillPlan = { tasks: 20, durationMs: 8_000, killAfterMs: 4_000, patienceMs: 45_000 };
const QUICK_KILL: KillPlan = { tasks: 5, durationMs: 3_000, killAfterMs: 1_500, patienceMs: 6_000 };

/** Plans the whole suite. */
export function planSuite(isQuick: boolean): SuitePlan {
  const { cycleSeconds, meanMs, ...window } = isQuick ? QUICK : FULL;
  const togetherEndMs = isQuick ? 12_000 : 125_000;
  const tasks = planTasks({
    slots: window.callsPerSecond * cycleSeconds,
    meanMs,
    staggerMs: isQuick ? 1_000 : 5_000,
    horizonMs: togetherEndMs,
    seed: SEED,
  });
  return {
    isQuick,
    alone: { tasks, ...window, endMs: isQuick ? togetherEndMs : 57_000 },
    together: { tasks, ...window, endMs: togetherEndMs },
    kill: isQuick ? QUICK_KILL : FULL_KILL,
    tasksInFlight: window.callsPerSecond * cycleSeconds,
    nominalIntervalMs: cycleSeconds * 1000,
  };
}
