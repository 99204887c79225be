import { measureCatchUp, type CatchUpFigures, type Stopped } from './catch-up';
import { polledText } from './many-follows';
import { LATEST_ROUNDS } from './measure';
import { measureScale, type Footprint, type ScaleFigures, type ScalePlan } from './scale-run';
import type { Suite, SuiteContext, SuiteResult, Table } from './suite';

/** What one worker can hold, what a poll costs, and how it catches up after something was away. */
export const scaleSuite: Suite = { name: 'scale', run };

/** Two cores begin some 60 follows a second and make some 40 polls. */
const PLAN = { sizes: [1_000, 5_000], completions: 1_000, statusCallsPerSecond: 40, startsPerSecond: 50 };
const FULL_PLAN = { ...PLAN, sizes: [1_000, 5_000, 20_000], completions: 20_000 };
const QUICK_PLAN = { sizes: [100, 300], completions: 150, statusCallsPerSecond: 40, startsPerSecond: 30 };
const STOPPED: readonly Stopped[] = ['worker', 'server', 'API'];
/** Three worlds at a time: together they make 30 calls a second, and two cores some 40. */
const CATCH_UP_PLAN = { follows: 300, statusCallsPerSecond: 10, outageSeconds: 60, patience: 120 };

async function run(context: SuiteContext): Promise<SuiteResult> {
  const progress = (text: string): void => context.progress(text);
  const scale = await measureScale(planOf(context), progress);
  const tables = [stepsTable(scale), pollsTable(scale)];
  if (context.isQuick) return { tables, data: { scale } };
  const catchUp = await Promise.all(
    STOPPED.map(async (stopped) => {
      const figures = await measureCatchUp(stopped, CATCH_UP_PLAN);
      progress(`caught up after ${CATCH_UP_PLAN.outageSeconds} s without ${stopped}`);
      return figures;
    }),
  );
  return { tables: [...tables, catchUpTable(catchUp)], data: { scale, catchUp } };
}

function planOf({ isQuick, isFull }: SuiteContext): ScalePlan {
  if (isQuick) return QUICK_PLAN;
  return isFull ? FULL_PLAN : PLAN;
}

function stepsTable({ plan, before, steps, afterCompletions }: ScaleFigures): Table {
  const left = (steps.at(-1)?.follows ?? 0) - plan.completions;
  const row = (name: string, starts: string, follows: number, { worker, server }: Footprint): string[] => [
    name,
    starts,
    mebibytes(worker?.rssBytes),
    follows > 0 ? (((worker?.rssBytes ?? NaN) - (before.worker?.rssBytes ?? NaN)) / 1024 / follows).toFixed(1) : '–',
    mebibytes(server?.rssBytes),
  ];
  return {
    title: 'One worker with many follows in flight',
    columns: ['in flight', 'starts/s', 'worker MiB', 'worker KiB a follow', 'server MiB'],
    rows: [
      row('0', '–', 0, before),
      ...steps.map((step) => row(String(step.follows), step.startsPerSecond.toFixed(0), step.follows, step)),
      row(`${left} left`, '–', left, afterCompletions),
    ],
    notes: ['Resident memory; a follow: what exceeds the worker without follows, divided by their number.'],
  };
}

function pollsTable(scale: ScaleFigures): Table {
  const { plan, history, cpuMsPerPoll } = scale;
  const secondsPerRound = plan.completions / plan.statusCallsPerSecond;
  return {
    title: `What became of them at ${plan.statusCallsPerSecond} status calls a second`,
    columns: ['figure', 'value'],
    rows: [
      ['tasks that completed', String(plan.completions)],
      ['follows that ended by that', String(scale.succeeded)],
      ['follows that go on', String(scale.running)],
      ['follows lost', String(scale.lost)],
      ['all were due within', `${secondsPerRound.toFixed(1)} s`],
      ['the last ended after that by', `${scale.largestLateness.toFixed(1)} s`],
      ['allowed after that', `${((LATEST_ROUNDS - 1) * secondsPerRound).toFixed(1)} s`],
      ['mean rate of calls', `${scale.callsPerSecond.toFixed(1)} /s`],
      ['busiest second', String(scale.busiestSecond)],
      ['throttled', String(scale.throttled)],
      ['worker CPU per poll', `${cpuMsPerPoll.worker.toFixed(1)} ms`],
      ['server CPU per poll', `${cpuMsPerPoll.server.toFixed(1)} ms`],
      ['events of a follow with one poll', (history.events / history.follows).toFixed(1)],
      ['history of a follow with one poll', `${(history.bytes / history.follows).toFixed(0)} bytes`],
    ],
    notes: ['CPU includes the start of the poll by a timer, and the end of the follow after it.'],
  };
}

function catchUpTable(figures: readonly CatchUpFigures[]): Table {
  return {
    title: `After ${CATCH_UP_PLAN.outageSeconds} s without a part, with ${CATCH_UP_PLAN.follows} follows at ${CATCH_UP_PLAN.statusCallsPerSecond} status calls a second`,
    columns: ['without', '95 % polled after', 'all', 'busiest second', 'throttled', 'events a poll', 'bytes a poll'],
    rows: figures.map(({ stopped, plan, polled, perPoll, ...rest }) => [
      stopped,
      polledText(polled.most, plan.patience),
      polledText(polled.all, plan.patience),
      String(rest.busiestSecond),
      String(rest.throttled),
      perPoll.events.toFixed(1),
      perPoll.bytes.toFixed(0),
    ]),
    notes: [`N / R is ${(CATCH_UP_PLAN.follows / CATCH_UP_PLAN.statusCallsPerSecond).toFixed(1)} s.`],
  };
}

function mebibytes(bytes = NaN): string {
  return (bytes / 2 ** 20).toFixed(0);
}
