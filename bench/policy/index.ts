import { setImmediate } from 'node:timers/promises';

import type { Suite } from '../suite';

import { curvePoints, curveTable } from './curve';
import { outageFigures, outageTable } from './outage';
import { saturationFigures, saturationTable } from './saturation';
import { measureZones, zonesTable } from './zones';

/** The schedule and the pace of the worker in simulated time: more tasks and more time than a machine can run. */
export const policySuite: Suite = {
  name: 'policy',
  async run({ isQuick, ...context }) {
    const progress = (text: string): void => context.progress(text);
    const rounds = isQuick ? 1 : 3;
    const saturation = await collect(saturationFigures(rounds, isQuick ? 2 : 4), ({ profile, durations }) =>
      progress(`${profile} profile, durations ${durations}`),
    );
    const zones = measureZones(isQuick ? 20_000 : 100_000, rounds);
    progress('two zones');
    const outage = await collect(outageFigures(isQuick ? [10_000] : [10_000, 100_000]), ({ tasks, profile }) =>
      progress(`outage, ${tasks} tasks, ${profile} profile`),
    );
    const curve = await collect(curvePoints(isQuick), ({ nOverR, series }) => progress(`N/R = ${nOverR} s, ${series}`));
    return {
      tables: [saturationTable(saturation, rounds), zonesTable(zones), outageTable(outage), curveTable(curve)],
      data: { rounds, saturation, zones, outage, curve },
    };
  },
};

/** Lets signals and timers in between two figures. */
async function collect<T>(figures: Iterable<T>, tell: (figure: T) => void): Promise<T[]> {
  const all: T[] = [];
  for (const figure of figures) {
    all.push(figure);
    tell(figure);
    await setImmediate();
  }
  return all;
}
