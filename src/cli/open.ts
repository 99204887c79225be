import { workflowId } from '../client';
import { readTemporalConfig } from '../config/temporal';

import { withClient } from './connection';
import { resultJson, selectedTasks, tellNoMatch } from './each-follow';
import { refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, type CommonOptions } from './output';
import { selectionOf, type SelectionOptions } from './selection';
import type { TaskIds } from './tasks';
import { givenUiUrl, uiLink, uiUrlOf } from './ui-link';

/** Options of `open` as typed. */
export interface OpenOptions extends CommonOptions, SelectionOptions {
  ui?: string;
}

/** Prints the page of each follow in the Temporal UI; typed tasks need no server for that. */
export async function open(zone: string | undefined, tasks: readonly string[], options: OpenOptions): Promise<number> {
  const faults: string[] = [];
  const selection = selectionOf(zone, tasks, options, faults);
  const given = givenUiUrl({ option: options.ui, variable: process.env.PROVISIONING_UI_URL }, faults);
  refuseFaults(faults);
  const { address, namespace } = readTemporalConfig();
  const baseUrl = given ?? uiUrlOf(address);
  const selected =
    'tasks' in selection
      ? selection.tasks
      : (await withClient((client) => selectedTasks(client, selection, false))).tasks;
  if (selected.length === 0) return tellNoMatch(options.json);
  const linkOf = ({ zoneId, taskId }: TaskIds): string => uiLink(baseUrl, namespace, workflowId(zoneId, taskId));
  const [only, ...others] = selected as [TaskIds, ...TaskIds[]];
  if (!options.json) for (const task of selected) printLine(linkOf(task));
  else if ('tasks' in selection && others.length === 0) {
    printJson({ workflowId: workflowId(only.zoneId, only.taskId), link: linkOf(only) });
  } else printJson({ results: selected.map((task) => resultJson(task, { link: linkOf(task) })) });
  return EXIT_CODES.success;
}
