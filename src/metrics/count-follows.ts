import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { decodeTypedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes';
import type { temporal } from '@temporalio/proto';

import {
  DEPROVISION_USERS,
  FOLLOW_PROVISIONING_TASK,
  PROVISION_USERS,
  SEARCH_ATTRIBUTES,
  type BatchKind,
  type LivePhase,
} from '../contract';

import type { FollowCounts } from './follow-metrics';

/** The part of the server's API that is asked. */
export type Visibility = Pick<
  temporal.api.workflowservice.v1.WorkflowService,
  'countWorkflowExecutions' | 'listWorkflowExecutions'
>;

const RUNNING = "ExecutionStatus = 'Running'";
const FOLLOWS = `WorkflowType = '${FOLLOW_PROVISIONING_TASK}' AND ${RUNNING}`;
const BLOCKED = `${FOLLOWS} AND ${SEARCH_ATTRIBUTES.phase} = 'Blocked'`;
const PAGE_SIZE = 1_000;
/** Each finds only what was blocked before all that the one before it found. */
const MAX_PAGES = 10;

const phaseSince = defineSearchAttributeKey(SEARCH_ATTRIBUTES.phaseSince, SearchAttributeType.DATETIME);

/**
 * Counts the follows and batches of a namespace that go on. What happened seconds ago may be missing.
 *
 * @param now - the present, epoch ms
 */
export async function countFollows(
  visibility: Visibility,
  namespace: string,
  now: () => number,
): Promise<FollowCounts> {
  const count = async (query: string): Promise<number> =>
    Number((await visibility.countWorkflowExecutions({ namespace, query })).count);
  const inPhase = (phase: LivePhase): Promise<number> =>
    count(`${FOLLOWS} AND ${SEARCH_ATTRIBUTES.phase} = '${phase}'`);
  // The parts of a large batch are of its type, and have it as their parent.
  const ofType = (type: BatchKind): Promise<number> =>
    count(`WorkflowType = '${type}' AND ${RUNNING} AND ParentWorkflowId IS NULL`);
  // One after another: every worker asks, and a server that does not answer is asked once only.
  const follows = {
    Polling: await inPhase('Polling'),
    Paused: await inPhase('Paused'),
    Blocked: await inPhase('Blocked'),
    NotBegun: await count(`${FOLLOWS} AND ${SEARCH_ATTRIBUTES.phase} IS NULL`),
  };
  const batches = {
    [PROVISION_USERS]: await ofType(PROVISION_USERS),
    [DEPROVISION_USERS]: await ofType(DEPROVISION_USERS),
  };
  const sinceMs = follows.Blocked === 0 ? undefined : await blockedSinceMs(visibility, namespace);
  const blockedLongestSeconds = sinceMs === undefined ? 0 : Math.max(0, (now() - sinceMs) / 1000);
  return { follows, blockedLongestSeconds, batches };
}

/** Finds since when the follow is blocked that has been for longest; undefined when none tells. */
async function blockedSinceMs(visibility: Visibility, namespace: string): Promise<number | undefined> {
  let oldestMs: number | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const earlier = oldestMs === undefined ? '' : ` AND ${phaseSince.name} < '${new Date(oldestMs).toISOString()}'`;
    const query = BLOCKED + earlier;
    const { executions } = await visibility.listWorkflowExecutions({ namespace, query, pageSize: PAGE_SIZE });
    const instants = executions.flatMap(
      ({ searchAttributes }) =>
        decodeTypedSearchAttributes(searchAttributes?.indexedFields).get(phaseSince)?.getTime() ?? [],
    );
    oldestMs = Math.min(oldestMs ?? Infinity, ...instants);
    if (oldestMs === Infinity) return undefined;
    if (executions.length < PAGE_SIZE) break;
  }
  return oldestMs;
}
