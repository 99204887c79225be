import type { DelayCase, DelayResult } from './delay-case';
import type { DelayFigures } from './delay-figures';
import { LATEST_ROUNDS, median } from './measure';
import type { Table } from './suite';

const NOTES = [
  'From the completion of a task in the cloud to the end of its follow, in seconds; durations are memoryless.',
  'Limit: max(N / 2R, T_min / 2), with N the follows in flight and R the rate told, and what an idle follow loses too.',
  `Unseen: their follows had not noticed ${LATEST_ROUNDS} N/R (at least 35 s) after the measurement; they count with the time until then.`,
  'By gaps: mean detection of tasks that end at any moment alike, by the gaps between the calls of all tasks.',
  'Figures of several spans are medians; completions and throttled calls are added up, maxima are those of all spans.',
];

/** Shows what was measured, and the targets that the default schedule has. */
export function delayTables(results: readonly DelayResult[]): Table[] {
  return [delays(results), calls(results), ...targets(results)];
}

function delays(results: readonly DelayResult[]): Table {
  return {
    title: 'Delay until the end of a task is known',
    columns: [
      'N/R',
      'profile',
      'completions',
      'unseen',
      'mean',
      'limit',
      'ratio',
      'p50',
      'p99',
      'detection',
      'by gaps',
      'delivery',
    ],
    rows: results.map((result) => {
      const of = (pick: (figures: DelayFigures) => number): string => seconds(median(result.spans.map(pick)));
      return [
        ...headOf(result.case),
        String(total(result, ({ completions }) => completions)),
        String(total(result, ({ unseen }) => unseen)),
        of(({ delay }) => delay.mean),
        of(({ limit }) => limit),
        of(({ ratio }) => ratio),
        of(({ delay }) => delay.p50),
        of(({ delay }) => delay.p99),
        of(({ detection }) => detection.mean),
        of(({ detectionByGaps }) => detectionByGaps),
        of(({ delivery }) => delivery.mean),
      ];
    }),
    notes: NOTES,
  };
}

function calls(results: readonly DelayResult[]): Table {
  return {
    title: 'Status calls of these cases',
    columns: ['N/R', 'profile', 'N', 'R', 'busiest second', 'mean rate', 'throttled', 'largest gap', 'calls per task'],
    rows: results.map((result) => {
      const { spans } = result;
      return [
        ...headOf(result.case),
        median(spans.map(({ inFlight }) => inFlight)).toFixed(1),
        String(result.case.statusCallsPerSecond),
        String(Math.max(...spans.map(({ busiestSecond }) => busiestSecond))),
        median(spans.map(({ callsPerSecond }) => callsPerSecond)).toFixed(1),
        String(total(result, ({ throttled }) => throttled)),
        `${seconds(Math.max(...spans.map(({ largestGap }) => largestGap)))} s`,
        median(spans.map(({ callsPerTask }) => callsPerTask)).toFixed(1),
      ];
    }),
  };
}

function targets(results: readonly DelayResult[]): Table[] {
  const rows = results.filter((result) => result.case.profile === 'default').map(targetRow);
  if (rows.length === 0) return [];
  return [
    {
      title: 'Targets of the default schedule',
      columns: ['N/R', 'target', 'allowed', 'mean', 'met'],
      rows,
      notes: ['D: the duration of each task that ended in the time measured.'],
    },
  ];
}

function targetRow(result: DelayResult): string[] {
  const { secondsPerRound, statusCallsPerSecond } = result.case;
  const mean = median(result.spans.map(({ delay }) => delay.mean));
  const scheduled = median(result.spans.map((span) => span.scheduled));
  const uniform = median(result.spans.map(({ inFlight }) => inFlight)) / statusCallsPerSecond / 2;
  const [target, allowed] =
    secondsPerRound > 5
      ? ['1.6 × N / 2R', 1.6 * uniform]
      : ['1.1 × half of mean clamp(0.1 D, min, max) + overhead', 1.1 * scheduled];
  return [
    `${secondsPerRound} s`,
    target,
    `${seconds(allowed)} s`,
    `${seconds(mean)} s`,
    mean <= allowed ? 'yes' : 'no',
  ];
}

function headOf({ secondsPerRound, profile }: DelayCase): string[] {
  return [`${secondsPerRound} s`, profile];
}

function total({ spans }: DelayResult, pick: (figures: DelayFigures) => number): number {
  return spans.reduce((sum, span) => sum + pick(span), 0);
}

function seconds(value: number): string {
  return value.toFixed(2);
}
