import type { Check } from '../peers/acceptance';
import type { Table } from '../suite';

import type { SideFigures } from './figures';
import { SLOW_TASK_MS, TASK_TIMEOUT } from './scenarios';

/** One side of one scenario, measured. */
export interface SideResult extends SideFigures {
  scenario: string;
  side: string;
  seconds: number;
}

/** Shows what each side made of each scenario. */
export function comparisonTable(results: readonly SideResult[], isQuick: boolean): Table {
  return {
    title: 'User syncs: Terraform’s logic and this project, the same items and the same trouble',
    columns: [
      'scenario',
      'tool',
      'items',
      'ended right',
      'reasons known',
      'orphans',
      'tasks never followed',
      'blind creates',
      'false errors',
      's',
    ],
    rows: results.map((result) => [
      result.scenario,
      result.side,
      String(result.items),
      String(result.endedRight),
      result.failed === 0 ? '–' : `${result.reasonsKnown} of ${result.failed}`,
      String(result.orphans),
      String(result.neverFollowed),
      String(result.blindCreates),
      String(result.falseErrors),
      result.seconds.toFixed(1),
    ]),
    notes: [
      'Terraform: the logic of the provider for this resource, written anew from a description; not the provider. Parallelism 10, one item in a call. A second apply follows the first one that had errors or was killed, and counts.',
      `Its wait for a task is cut from 300 + 30 s to ${TASK_TIMEOUT.timeoutMs / 1000} + ${TASK_TIMEOUT.graceMs / 1000} s, for tasks of ${SLOW_TASK_MS / 1000} s; everything else is as described.`,
      'Ended right: how the task ended is what the tool said in the end, Terraform in either apply. Orphans: in the cloud, but not in the state or report. Never followed: nobody was told the end of the task. Blind creates: a Create for what was there. False errors: an error as the last word for what is there and has succeeded.',
      'Lost answers: a dropped connection and an InternalError, each with and without the work done. This project creates a tenth of the items in a call, so that each lost answer concerns all of these.',
      'SIGKILL: once half of the syncs are there; then a new start.',
      ...(isQuick ? ['Quick: all scenarios at the same time, so that the seconds are orders of size only.'] : []),
    ],
  };
}

/** Shows what was claimed and what came of it. */
export function checksTable(checks: readonly Check[]): Table {
  return {
    title: 'User syncs: claims',
    columns: ['claim', 'measured', 'met'],
    rows: checks.map(({ claim, measured, isMet }) => [claim, measured, isMet ? 'yes' : 'NO']),
  };
}
