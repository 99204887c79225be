import { workflowId, type ProvisioningClient } from '../client';

import { mapBounded } from './bounded';
import { confirm, listCommand, question } from './confirm';
import { withClient } from './connection';
import { reportOf, type ErrorReport } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, printNote, showCounter } from './output';
import { printable } from './printable';
import type { Selection } from './selection';
import { explained, explainedFilter } from './server-errors';
import { followCount, nameOf, type TaskIds } from './tasks';

const AT_ONCE = 20;

/** What is done to each follow, and how it is told. */
export interface EachFollow<Value> {
  /** For who must agree before it is done to many, e.g. `Pause`; nobody is asked when it is missing. */
  verb?: string;
  /** Nobody is asked. */
  yes?: boolean | undefined;
  /** A list filter selects only follows that go on. */
  running: boolean;
  json: boolean | undefined;
  act: (client: ProvisioningClient, task: TaskIds) => Promise<Value>;
  toJson: (task: TaskIds, value: Value) => object;
  /**
   * Words what was done.
   *
   * @param isOneOfMany - the lines must name the zone, too
   */
  toLines: (task: TaskIds, value: Value, isOneOfMany: boolean) => string[];
}

/** What came of one of many follows. */
export type Done<Value> = { task: TaskIds; value: Value } | { task: TaskIds; report: ErrorReport };

/**
 * Does something to every selected follow and prints what came of it: for one typed task as its own object or sentence,
 * else as a list with a summary. A failure does not keep the others.
 *
 * @returns the exit code: that of the first failure
 */
export async function onEachFollow<Value>(selection: Selection, what: EachFollow<Value>): Promise<number> {
  return withClient(async (client, server) => {
    const [only, ...others] = 'tasks' in selection ? selection.tasks : [];
    if (only && others.length === 0) {
      const value = await what.act(client, only);
      if (what.json) printJson(what.toJson(only, value));
      else for (const line of what.toLines(only, value, false)) printLine(line);
      return EXIT_CODES.success;
    }
    const { tasks } = await selectedTasks(client, selection, what.running);
    if ('query' in selection && what.verb !== undefined && tasks.length > 1 && !what.yes) {
      await confirm(question(what.verb, tasks), listCommand(selection.query));
    }
    let count = 0;
    const done = await mapBounded(tasks, AT_ONCE, async (task): Promise<Done<Value>> => {
      try {
        return { task, value: await what.act(client, task) };
      } catch (error) {
        return { task, report: reportOf(explained(error, server)) };
      } finally {
        count += 1;
        if (tasks.length > AT_ONCE) showCounter(`${count} of ${followCount(tasks.length)}`);
      }
    });
    showCounter('');
    return tellAll(done, what);
  });
}

/** Lists the tasks of a selection. */
export async function selectedTasks(
  client: ProvisioningClient,
  selection: Selection,
  running: boolean,
  limit = Infinity,
): Promise<{ tasks: readonly TaskIds[]; more: boolean }> {
  if ('tasks' in selection) return { tasks: selection.tasks, more: false };
  const found = new Map<string, TaskIds>();
  try {
    for await (const follow of client.list({ query: selection.query, ...(running && { running }) })) {
      // A task that was followed again is listed with each of its follows.
      if (found.has(follow.workflowId)) continue;
      if (found.size === limit) return { tasks: [...found.values()], more: true };
      found.set(follow.workflowId, { zoneId: follow.zoneId, taskId: follow.taskId });
    }
  } catch (error) {
    throw explainedFilter(error);
  }
  return { tasks: [...found.values()], more: false };
}

/** Returns one result of many for a script. */
export function resultJson(task: TaskIds, result: object): object {
  return { ...task, workflowId: workflowId(task.zoneId, task.taskId), ...result };
}

/** Says that a list filter selects nothing, which is no failure. */
export function tellNoMatch(json: boolean | undefined): number {
  if (json) printJson({ results: [] });
  else printLine('No follow matches');
  return EXIT_CODES.success;
}

function tellAll<Value>(done: readonly Done<Value>[], what: EachFollow<Value>): number {
  if (done.length === 0) return tellNoMatch(what.json);
  const reports = done.flatMap((one) => ('report' in one ? [one.report] : []));
  if (what.json) {
    const results = done.map((one) =>
      resultJson(one.task, 'report' in one ? { error: one.report.error } : what.toJson(one.task, one.value)),
    );
    printJson({ results });
  } else {
    for (const one of done) {
      if ('report' in one) printNote(failureLine(one.task, one.report));
      else for (const line of what.toLines(one.task, one.value, true)) printLine(line);
    }
    if (what.verb !== undefined || reports.length > 0) printNote(summaryOf(done.length, reports.length));
  }
  return reports[0]?.exitCode ?? EXIT_CODES.success;
}

/** Words the failure of one of many. */
export function failureLine(task: TaskIds, { error }: ErrorReport): string {
  return printable(`${nameOf(task)}: ${error.message}`);
}

function summaryOf(count: number, failures: number): string {
  const failed = failures === 0 ? '' : `, ${failures} failed`;
  return `${count - failures} of ${followCount(count)} done${failed}`;
}
