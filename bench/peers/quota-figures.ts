import type { StatusCall } from '../emulator-messages';
import { busiestSecond, mean, percentile, sum, throttledCalls } from '../measure';

import type { FollowReport } from './peer-protocol';
import type { Run } from './quota-run';
import { SUCCESS } from './waiting';

/** Figures of a {@link Run}: of the tasks that ended in its window, and of the calls made in it. */
export interface QuotaFigures {
  /** Tasks that ended in the window. */
  ended: number;
  /** Of them, those whose end was known when the run was over. */
  known: number;
  /** Of them, those that the peer had given up. */
  givenUp: number;
  /**
   * From the end of a task until it is known, in seconds. What is not known when the run is over counts until then, so
   * that the figure is a lower bound.
   */
  meanDelaySeconds: number;
  p99DelaySeconds: number;
  /** From the arrival of the call that saw the end until the peer knows, mean in ms. */
  deliveryMs: number;
  callsPerSecond: number;
  /** Calls of the window that the quota refused. */
  throttled: number;
  throttledShare: number;
  /** Calls about the tasks that ended in the window, whenever they were made. */
  callsPerTask: number;
  /** Most calls in any second of the run, refused ones too. */
  mostCallsInASecond: number;
  /** Mean number of follows at the same time, of which some are of tasks that have ended. */
  follows: number;
  /** CPU time of the process that calls, in ms. */
  workerCpuMsPerTask: number;
  workerCpuMsPerCall: number;
  serverCpuMsPerTask?: number;
  serverCpuMsPerCall?: number;
  /** Share of the machine's CPU time that nobody used: near 0 the figures tell of the machine and not of the peer. */
  idleShare: number;
  /** Events of a history, mean, and how many more each further call makes. */
  eventsPerTask?: number;
  eventsPerCall?: number;
}

/** Works out the figures of a run. */
export function quotaFigures(run: Run): QuotaFigures {
  const { fromMs, toMs, endMs, workerCpuMs, serverCpuMs } = run;
  const isInWindow = (ms: number): boolean => ms >= fromMs && ms < toMs;
  const reports = new Map(run.reports.map((report) => [report.taskId, report]));
  const knownAt = (taskId: string): number | undefined => {
    const report = reports.get(taskId);
    return report?.isSuccess ? report.atMs : undefined;
  };
  const ended = run.tasks.filter((task) => isInWindow(task.endMs));
  const known = ended.filter(({ taskId }) => knownAt(taskId) !== undefined);
  const delays = ended.map((task) => ((knownAt(task.taskId) ?? endMs) - task.endMs) / 1000);
  const calls = run.calls.filter(({ at }) => isInWindow(at));
  const idsOfEnded = new Set(ended.map(({ taskId }) => taskId));
  const callsOfEnded = run.calls.filter(({ taskId }) => idsOfEnded.has(taskId));
  const throttled = throttledCalls(calls);
  const overlaps = run.tasks.map(({ taskId, beginMs }) =>
    Math.max(0, Math.min(reports.get(taskId)?.atMs ?? toMs, toMs) - Math.max(beginMs, fromMs)),
  );
  return {
    ended: ended.length,
    known: known.length,
    givenUp: ended.filter(({ taskId }) => reports.get(taskId)?.isSuccess === false).length,
    meanDelaySeconds: mean(delays),
    p99DelaySeconds: percentile(delays, 0.99),
    deliveryMs: mean(deliveriesMs(callsOfEnded, reports)),
    callsPerSecond: (1000 * calls.length) / (toMs - fromMs),
    throttled,
    throttledShare: throttled / calls.length,
    callsPerTask: callsOfEnded.length / ended.length,
    mostCallsInASecond: busiestSecond(run.calls.map(({ at }) => at)),
    follows: sum(overlaps) / (toMs - fromMs),
    idleShare: run.idleShare,
    workerCpuMsPerTask: workerCpuMs / ended.length,
    workerCpuMsPerCall: workerCpuMs / calls.length,
    ...(serverCpuMs !== undefined && {
      serverCpuMsPerTask: serverCpuMs / ended.length,
      serverCpuMsPerCall: serverCpuMs / calls.length,
      ...eventFigures(run),
    }),
  };
}

function deliveriesMs(calls: readonly StatusCall[], reports: ReadonlyMap<string, FollowReport>): number[] {
  return calls.flatMap(({ taskId, at, answered }) => {
    const report = answered === SUCCESS ? reports.get(taskId) : undefined;
    return report ? [report.atMs - at] : [];
  });
}

function eventFigures({ calls, reports }: Run): { eventsPerTask: number; eventsPerCall: number } {
  const counts = new Map<string, number>();
  for (const { taskId } of calls) counts.set(taskId, (counts.get(taskId) ?? 0) + 1);
  const points = reports.map(({ taskId, events = NaN }: FollowReport) => ({ x: counts.get(taskId) ?? NaN, y: events }));
  return { eventsPerTask: mean(points.map(({ y }) => y)), eventsPerCall: slope(points) };
}

/** Fits a line by least squares: what a history has at its begin and end does not count as made by calls. */
function slope(points: readonly { x: number; y: number }[]): number {
  const meanX = mean(points.map(({ x }) => x));
  const meanY = mean(points.map(({ y }) => y));
  const products = points.map(({ x, y }) => (x - meanX) * (y - meanY));
  return sum(products) / sum(points.map(({ x }) => (x - meanX) ** 2));
}
