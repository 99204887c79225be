import { delayTables } from './delay-table';
import { measureDelay, type DelayCase, type DelayResult } from './delay-case';
import { polledText } from './many-follows';
import { measureRates, type RateFigures } from './rate-cases';
import type { Suite, SuiteContext, SuiteResult, Table } from './suite';
import { measureZones, zonesTable, type ZonesResult } from './zone-cases';

/** How late the end of a task is seen, and how many calls are made for that. */
export const delaySuite: Suite = { name: 'delay', run };

const SHORT = { warmUpSeconds: 12, spans: 3, spanSeconds: 45 };
const LONG = { warmUpSeconds: 60, spans: 1, spanSeconds: 80 };

/**
 * Each case in its own world at the same time, together about 40 status calls a second, so that two cores are not what
 * limits. The mean durations keep the population steady at a rate of calls that the case is about: with the default
 * schedule and N/R = 5 s only long tasks leave the decision to the schedule.
 */
const LONG_ROUND_CASES: readonly DelayCase[] = [
  { profile: 'default', secondsPerRound: 45, statusCallsPerSecond: 10, meanSeconds: 240, ...LONG },
  { profile: 'fast', secondsPerRound: 45, statusCallsPerSecond: 10, meanSeconds: 240, ...LONG },
  { profile: 'default', secondsPerRound: 5, statusCallsPerSecond: 20, meanSeconds: 300, ...SHORT },
  { profile: 'fast', secondsPerRound: 5, statusCallsPerSecond: 10, meanSeconds: 40, ...SHORT },
];
/** With nothing beside them: the delays are so short that any wait for a core shows. */
const SHORT_ROUND_CASES: readonly DelayCase[] = [
  { profile: 'default', secondsPerRound: 0.5, statusCallsPerSecond: 22, meanSeconds: 10, ...SHORT },
  { profile: 'fast', secondsPerRound: 0.5, statusCallsPerSecond: 22, meanSeconds: 6, ...SHORT },
];
const RATE_TIMES = { steady: 10, workerOutage: 60, apiOutage: 20, twoWorkers: 10, patience: 30 };

const QUICK = { warmUpSeconds: 6, spans: 1, spanSeconds: 10 };
const QUICK_CASES: readonly DelayCase[] = [
  { profile: 'default', secondsPerRound: 0.5, statusCallsPerSecond: 22, meanSeconds: 6, ...QUICK },
  { profile: 'fast', secondsPerRound: 5, statusCallsPerSecond: 10, meanSeconds: 20, ...QUICK },
];
const QUICK_RATE_TIMES = { steady: 4, workerOutage: 10, apiOutage: 0, twoWorkers: 0, patience: 8 };

async function run(context: SuiteContext): Promise<SuiteResult> {
  const times = context.isQuick ? QUICK_RATE_TIMES : RATE_TIMES;
  const results: DelayResult[] = [];
  let seed = 0;
  const measureAll = async (cases: readonly DelayCase[]): Promise<void> => {
    const measured = await Promise.all(
      cases.map(async (one) => {
        const result = await measureDelay(one, (seed += 1));
        context.progress(`N/R ${one.secondsPerRound} s ${one.profile}: ${result.spans.length} spans measured`);
        return result;
      }),
    );
    results.push(...measured);
  };
  const measureRateCases = (): Promise<RateFigures[]> => measureRates(times, (text) => context.progress(text));

  let rates: RateFigures[];
  let zones: ZonesResult | undefined;
  if (context.isQuick) {
    [rates] = await Promise.all([measureRateCases(), measureAll(QUICK_CASES)]);
  } else {
    await measureAll(LONG_ROUND_CASES);
    [rates, zones] = await Promise.all([measureRateCases(), measureZones()]);
    await measureAll(SHORT_ROUND_CASES);
  }
  results.sort((a, b) => a.case.secondsPerRound - b.case.secondsPerRound);
  return {
    tables: [...delayTables(results), rateTable(rates, times.patience), ...(zones ? [zonesTable(zones)] : [])],
    data: { delays: results, rates, zones },
  };
}

function rateTable(rates: readonly RateFigures[], patience: number): Table {
  return {
    title: 'Status calls in the busiest rolling second',
    columns: ['case', 'follows', 'rate told', 'busiest second', 'mean rate', 'throttled', '95 % polled after', 'all'],
    rows: rates.map((rate) => [
      rate.name,
      String(rate.follows),
      String(rate.statusCallsPerSecond),
      String(rate.busiestSecond),
      rate.callsPerSecond.toFixed(1),
      String(rate.throttled),
      rate.polled ? polledText(rate.polled.most, patience) : '–',
      rate.polled ? polledText(rate.polled.all, patience) : '–',
    ]),
    notes: [
      'Calls as they arrive at the emulator, which throttles what exceeds the rate told in any rolling second.',
      'Polling with ageFraction 0: each follow asks again as soon as the quota allows.',
    ],
  };
}
