import { idFaults } from '../client';

import type { TaskIds } from './tasks';

/** Options that select follows, as typed. */
export interface SelectionOptions {
  query?: string;
}

/** Which follows a command is about. */
export type Selection = { tasks: readonly TaskIds[] } | { query: string };

const GIVE_ONE = 'Give a zone and the tasks of it, or --query with a list filter';

/**
 * Reads which follows a command is about; adds a fault for whatever is wrong.
 *
 * @param zone - undefined when nothing was typed
 * @param tasks - one that is typed twice counts once
 */
export function selectionOf(
  zone: string | undefined,
  tasks: readonly string[],
  { query }: SelectionOptions,
  faults: string[],
): Selection {
  if (query !== undefined) {
    if (zone !== undefined) faults.push(`${GIVE_ONE}, not both`);
    if (query.trim() === '') faults.push("--query must be a list filter such as ProvisioningPhase = 'Blocked'");
    return { query };
  }
  if (zone === undefined) {
    faults.push(GIVE_ONE);
    return { tasks: [] };
  }
  const different = [...new Set(tasks)];
  const fieldOf = (task: string): string => (different.length === 1 ? 'taskId' : `taskId "${task}"`);
  faults.push(...idFaults('zoneId', zone), ...different.flatMap((task) => idFaults(fieldOf(task), task)));
  if (different.length === 0) faults.push(`Give at least one task of zone ${zone}`);
  return { tasks: different.map((taskId) => ({ zoneId: zone, taskId })) };
}
