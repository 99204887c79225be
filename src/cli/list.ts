import { ageText, ENDINGS, idFaults, LIVE_PHASES, type ListedFollow, type ListFilter, type Phase } from '../client';

import { withClient } from './connection';
import { refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { defined, numberOf, secondsOf } from './numbers';
import { printJson, printLine, printNote, type CommonOptions } from './output';
import { explainedFilter } from './server-errors';
import { tableLines } from './table';

/** Options of `list` as typed. */
export interface ListOptions extends CommonOptions {
  phase?: Phase[];
  zone?: string;
  error?: string;
  olderThan?: string;
  all?: boolean;
  query?: string;
  limit?: string;
}

/** What `list` was asked for. */
export interface ListRequest {
  filter: ListFilter;
  limit: number;
}

const DEFAULT_LIMIT = 100;
const HEADER = ['ZONE', 'TASK', 'PHASE', 'AGE', 'ERROR', 'REQUESTED BY'];

/** Turns what was typed into a request; adds a fault for whatever is wrong. */
export function toListRequest(options: ListOptions, faults: string[]): ListRequest {
  const { phase: phases, zone: zoneId, error: errorCode, query } = options;
  if (zoneId !== undefined) faults.push(...idFaults('--zone', zoneId));
  if (query?.trim() === '') faults.push("--query must be a list filter such as ProvisioningPhase = 'Blocked'");
  const olderThanSeconds = secondsOf('older-than', options.olderThan, 'zero or more', faults);
  const limit = numberOf('limit', options.limit, faults) ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1) faults.push('--limit must be a whole number of at least 1');
  const wantsEnded =
    options.all || query !== undefined || phases?.some((phase) => ENDINGS.some((end) => end === phase));
  const filter = defined({ phases, zoneId, errorCode, olderThanSeconds, query });
  return { filter: wantsEnded ? filter : { ...filter, running: true }, limit };
}

/** Lays listed follows out as a table. */
export function listLines(follows: readonly ListedFollow[], nowMs: number): string[] {
  const now = new Date(nowMs).toISOString();
  const rows = follows.map((follow) => {
    const { zoneId, taskId, startedAt, closedAt = now, errorCode, requestedBy } = follow;
    return [zoneId, taskId, stateOf(follow), ageText(startedAt, closedAt), errorCode, requestedBy];
  });
  return tableLines(HEADER, rows);
}

/** Lists follows. */
export async function list(options: ListOptions): Promise<number> {
  const faults: string[] = [];
  const { filter, limit } = toListRequest(options, faults);
  refuseFaults(faults);
  return withClient(async (client) => {
    const follows: ListedFollow[] = [];
    let more = false;
    try {
      for await (const follow of client.list(filter)) {
        more = follows.length === limit;
        if (more) break;
        follows.push(follow);
      }
    } catch (error) {
      throw explainedFilter(error);
    }
    if (options.json) printJson({ follows, more });
    else if (follows.length === 0) printLine('No follow matches');
    else for (const line of listLines(follows, Date.now())) printLine(line);
    if (more && !options.json) printNote(`More than these ${limit} match: raise --limit to see them`);
    return EXIT_CODES.success;
  });
}

/** The phase; of a workflow that was stopped from outside, which left its phase behind, how the server calls that. */
function stateOf({ phase, workflowStatus }: ListedFollow): string | undefined {
  const isStopped = workflowStatus !== 'RUNNING' && (phase === undefined || LIVE_PHASES.some((live) => live === phase));
  return isStopped ? workflowStatus : phase;
}
