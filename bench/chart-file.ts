import { readFile, writeFile } from 'node:fs/promises';

import { messageOf } from '../src/sentences';

import { renderDelayChart, type DelayChart } from './chart';
import type { DelayResult } from './delay-case';
import { median } from './measure';
import { CURVE_DURATION_SECONDS, type CurvePoint } from './policy/curve';
import { CALLS_PER_SECOND } from './policy/runs';

/** Those of the results that the chart shows; a suite that did not run is not there. */
export interface ChartResults {
  suites: {
    policy?: { curve: readonly Pick<CurvePoint, 'series' | 'nOverR' | 'meanSeconds'>[] };
    delay?: { delays: readonly ChartDelay[] };
  };
}

/** Those figures of a measured delay that the chart shows. */
export interface ChartDelay {
  case: Pick<DelayResult['case'], 'profile' | 'secondsPerRound' | 'meanSeconds'>;
  spans: readonly { delay: { mean: number } }[];
}

/** Chooses what the chart shows of the results of a benchmark. */
export function delayChartOf({ suites }: ChartResults): DelayChart {
  const measured = (suites.delay?.delays ?? [])
    // The default schedule looks at the age: with shorter tasks than the simulated ones its delay is another.
    .filter(({ case: { profile, meanSeconds } }) => profile === 'fast' || meanSeconds >= CURVE_DURATION_SECONDS / 2)
    .map(({ case: { profile, secondsPerRound }, spans }) => ({
      profile,
      nOverR: secondsPerRound,
      meanSeconds: median(spans.map(({ delay }) => delay.mean)),
    }));
  return { curves: suites.policy?.curve ?? [], measured, callsPerSecond: CALLS_PER_SECOND };
}

/** Draws the chart of a file of results into another file. */
export async function writeDelayChart(resultsFile: string, chartFile: string): Promise<void> {
  const results = JSON.parse(await readFile(resultsFile, 'utf8')) as ChartResults;
  const chart = delayChartOf(results);
  if (chart.curves.length === 0) throw new Error(`${resultsFile} has no figures of the suite policy`);
  await writeFile(chartFile, renderDelayChart(chart));
}

if (require.main === module) {
  const [resultsFile = 'bench-results.json', chartFile = 'docs/delay.svg'] = process.argv.slice(2);
  writeDelayChart(resultsFile, chartFile).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
