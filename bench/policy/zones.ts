import { mean } from '../measure';
import type { Table } from '../suite';

import { exponential } from './durations';
import { cycleSeconds, FLOOR_SECONDS, simulate, sustainedCallsPerSecond } from './runs';

/** Of two zones that share the quota. */
export interface ZoneFigures {
  zone: string;
  tasks: number;
  meanSeconds: number;
  /** Half the time in which the zone's share of the calls gets round its tasks, and what no schedule can avoid. */
  fairSeconds: number;
  /** The same without zones: one line for all. */
  unfairSeconds: number;
}

/** The small zone's mean, as a multiple of its fair share's, is at most this. */
export const FAIRNESS_TARGET = 1.05;

/** Measures two zones, of which one has 99 times the tasks of the other. */
export function measureZones(tasks: number, rounds: number): ZoneFigures[] {
  const sizes = [tasks / 100, (tasks * 99) / 100];
  const means = (tasksOfZones: readonly number[]): number[] => {
    // With two zones the large one's cycle is twice the usual.
    const cycle = 2 * cycleSeconds(tasks);
    const runs = Array.from({ length: rounds }, (_, round) => {
      const durations = exponential(5.3 * cycle);
      const time = { warmUpSeconds: 2 * cycle, measuredSeconds: 4 * cycle };
      return simulate({ profile: 'fast', tasksOfZones, durations, ...time, seed: round + 1 }).delays;
    });
    return tasksOfZones.map((_, zone) => mean(runs.flatMap((delays) => delays[zone] ?? [])));
  };
  const fair = means(sizes);
  const [unfairSeconds = NaN] = means([tasks]);
  const perSecond = sustainedCallsPerSecond() / sizes.length;
  return sizes.map((size, zone) => ({
    zone: zone === 0 ? 'small' : 'large',
    tasks: size,
    meanSeconds: fair[zone] ?? NaN,
    fairSeconds: size / perSecond / 2 + FLOOR_SECONDS,
    unfairSeconds,
  }));
}

/** Puts the figures side by side. */
export function zonesTable(figures: readonly ZoneFigures[]): Table {
  return {
    title: 'Policy, simulated: two zones of 1 : 99 share the quota, fast profile',
    columns: ['zone', 'tasks', 'mean delay (s)', 'of its fair share (s)', 'ratio', 'without fairness (s)'],
    rows: figures.map(({ zone, tasks, meanSeconds, fairSeconds, unfairSeconds }) => [
      zone,
      tasks.toLocaleString('en'),
      meanSeconds.toFixed(1),
      fairSeconds.toFixed(1),
      (meanSeconds / fairSeconds).toFixed(2),
      unfairSeconds.toFixed(1),
    ]),
    notes: [
      `Target: the small zone's ratio is at most ${FAIRNESS_TARGET}.`,
      'Zones have the same share, not tasks: a model of the fairness of the Temporal server, which takes turns. ' +
        "Half of the quota is each zone's while both have tasks waiting.",
    ],
  };
}
