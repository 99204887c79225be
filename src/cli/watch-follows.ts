import { abortOn } from '../abort-signals';
import type { WaitResult } from '../client';

import { withClient } from './connection';
import { failureLine, resultJson, selectedTasks, tellNoMatch } from './each-follow';
import { refuseFaults, reportOf, type ErrorReport } from './errors';
import { EXIT_CODES, exitCodeOf } from './exit-codes';
import { secondsOf } from './numbers';
import { printJson, printLine, printNote, resultSentence, type CommonOptions } from './output';
import { printable } from './printable';
import { selectionOf, type SelectionOptions } from './selection';
import { explained } from './server-errors';
import { followCount, nameOf, someNames, type TaskIds } from './tasks';
import { waitShowingProgress, type WatchingClient } from './watch';

/** Options of `watch` as typed. */
export interface WatchOptions extends CommonOptions, SelectionOptions {
  timeout?: string;
}

/** A wait of many that failed, which ends no other. */
interface Failure {
  kind: 'error';
  report: ErrorReport;
}

/** So many can be watched together. */
const MAX_WATCHED = 200;

/** Shows follows live until all have ended; the exit code is that of the outcome, or the first that is not 0. */
export async function watch(
  zone: string | undefined,
  tasks: readonly string[],
  options: WatchOptions,
): Promise<number> {
  const faults: string[] = [];
  const selection = selectionOf(zone, tasks, options, faults);
  const timeoutSeconds = secondsOf('timeout', options.timeout, 'positive', faults);
  refuseFaults(faults);
  const isSingle = 'tasks' in selection && selection.tasks.length === 1;
  return withClient(async (client, server) => {
    const selected = await selectedTasks(client, selection, true, MAX_WATCHED);
    if (selected.tasks.length === 0) return tellNoMatch(options.json);
    if (selected.more) printNote(`More than ${MAX_WATCHED} follows match: the latest ${MAX_WATCHED} are watched`);
    const patient: WatchingClient<Failure> = {
      status: (...question) => client.status(...question),
      waitForOutcome: (...wait) =>
        client.waitForOutcome(...wait).catch((error: unknown): Failure => {
          if (isSingle) throw error;
          return { kind: 'error', report: reportOf(explained(error, server)) };
        }),
    };
    const interrupt = abortOn('SIGINT');
    try {
      const wait = {
        signal: interrupt.signal,
        ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }),
      };
      const stream = options.json ? process.stderr : process.stdout;
      const results = await waitShowingProgress(patient, selected.tasks, wait, stream);
      if (options.json) printJson(toJson(selected.tasks, results, isSingle));
      else tellResults(selected.tasks, results, isSingle);
      const isInterrupted = interrupt.signal.aborted && results.some(({ kind }) => kind === 'waiting');
      return isInterrupted ? EXIT_CODES.interrupted : firstFailure(results);
    } finally {
      interrupt.release();
    }
  });
}

function toJson(tasks: readonly TaskIds[], results: readonly (WaitResult | Failure)[], isSingle: boolean): object {
  const objects = results.map((result) => (result.kind === 'error' ? { error: result.report.error } : result));
  const [only = {}] = objects;
  if (isSingle) return only;
  return { results: tasks.map((task, index) => resultJson(task, objects[index] ?? {})) };
}

function tellResults(tasks: readonly TaskIds[], results: readonly (WaitResult | Failure)[], isSingle: boolean): void {
  const waiting: TaskIds[] = [];
  results.forEach((result, index) => {
    const task = tasks[index] as TaskIds;
    if (result.kind === 'error') printNote(failureLine(task, result.report));
    else if (isSingle || result.kind === 'ended') printLine(resultSentence(result));
    else if (result.kind === 'waiting') waiting.push(task);
    else printLine(`${printable(nameOf(task))}: ${resultSentence(result)}`);
  });
  if (waiting.length === 0) return;
  printLine(printable(`Not over yet: the wait ended, ${followCount(waiting.length)} go on: ${someNames(waiting)}`));
}

function firstFailure(results: readonly (WaitResult | Failure)[]): number {
  const codes = results.map((result) => (result.kind === 'error' ? result.report.exitCode : exitCodeOf(result)));
  return codes.find((code) => code !== EXIT_CODES.success) ?? EXIT_CODES.success;
}
