import type { Table } from '../suite';

import { busiestSecondOf } from './busiest-second';
import { exponential } from './durations';
import { CALLS_PER_SECOND, cycleSeconds, PROFILE_NAMES, simulate, sustainedCallsPerSecond, type Profile } from './runs';

/** How the worker comes back after a minute without calls. */
export interface OutageFigures {
  profile: Profile;
  tasks: number;
  /** Until the last of those that waited had its call. */
  backlogSeconds: number;
  /** In which the pace gets round all tasks. */
  limitSeconds: number;
  busiestSecond: number;
}

const OUTAGE_SECONDS = 60;

/** Lets nobody call for a minute, and watches the minutes after it. */
export function measureOutage(profile: Profile, tasks: number): OutageFigures {
  const cycle = cycleSeconds(tasks);
  const seen = simulate({
    profile,
    tasksOfZones: [tasks],
    durations: exponential(Math.max(600, 5.3 * cycle)),
    warmUpSeconds: Math.max(60, 2 * cycle),
    measuredSeconds: OUTAGE_SECONDS + Math.max(60, 2 * cycle),
    outage: { atSeconds: 0, seconds: OUTAGE_SECONDS },
    seed: 1,
  });
  return {
    profile,
    tasks,
    backlogSeconds: seen.backlogSeconds ?? NaN,
    limitSeconds: tasks / sustainedCallsPerSecond(),
    busiestSecond: busiestSecondOf(seen),
  };
}

/** Measures every profile with every number of tasks. */
export function* outageFigures(numbersOfTasks: readonly number[]): Generator<OutageFigures> {
  for (const profile of PROFILE_NAMES) for (const tasks of numbersOfTasks) yield measureOutage(profile, tasks);
}

/** Puts the figures side by side. */
export function outageTable(figures: readonly OutageFigures[]): Table {
  return {
    title: `Policy, simulated: recovery after ${OUTAGE_SECONDS} s without calls`,
    columns: ['profile', 'tasks', 'backlog gone after (s)', 'at most (s)', 'busiest second'],
    rows: figures.map(({ profile, tasks, backlogSeconds, limitSeconds, busiestSecond }) => [
      profile,
      tasks.toLocaleString('en'),
      backlogSeconds.toFixed(1),
      limitSeconds.toFixed(1),
      String(busiestSecond),
    ]),
    notes: [
      `Targets: the backlog is gone when the pace has got round all tasks once, within 1 %; busiest second at most ` +
        `${CALLS_PER_SECOND}.`,
    ],
  };
}
