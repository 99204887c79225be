import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import {
  FOLLOW_PROVISIONING_TASK,
  InvalidInputError,
  parseWorkflowId,
  SEARCH_ATTRIBUTES,
  type Phase,
} from './contract';

/** Which follows are listed; what is not given does not restrict. */
export interface ListFilter {
  /** Any of these phases; none of them restricts nothing. */
  phases?: readonly Phase[];
  zoneId?: string;
  /** Code of the last error. */
  errorCode?: string;
  /** Only tasks that began so many seconds ago, or earlier. */
  olderThanSeconds?: number;
  /** Only follows that go on, or only those that have ended. */
  running?: boolean;
  /** A list filter of Temporal, e.g. `CloseTime > '2026-01-31T12:00:00Z'`. */
  query?: string;
}

/** One follow as the server lists it. */
export interface ListedFollow {
  zoneId: string;
  taskId: string;
  workflowId: string;
  runId: string;
  /** Absent until a worker has begun the follow. */
  phase?: Phase;
  /** Code of the last error. */
  errorCode?: string;
  /** How the server sees the workflow, e.g. `RUNNING`, `COMPLETED`, `TERMINATED`. */
  workflowStatus: string;
  /** When the cloud task began, ISO 8601 in UTC; until a worker has begun the follow, when that was started. */
  startedAt: string;
  /** When the follow ended, ISO 8601 in UTC. */
  closedAt?: string;
  requestedBy?: string;
  note?: string;
}

const keys = {
  phase: defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase, SearchAttributeType.KEYWORD),
  errorCode: defineSearchAttributeKey(SEARCH_ATTRIBUTES.errorCode, SearchAttributeType.KEYWORD),
  startedAt: defineSearchAttributeKey(SEARCH_ATTRIBUTES.startedAt, SearchAttributeType.DATETIME),
};

/**
 * Words a filter as a list query of Temporal. Only the last run of a follow is listed.
 *
 * @param nowMs - the present in epoch ms
 * @throws InvalidInputError when the parentheses of its query do not match: it would not be one part among others
 */
export function listQuery(filter: ListFilter, nowMs: number): string {
  const { phases, zoneId, errorCode, olderThanSeconds, running, query } = filter;
  if (query !== undefined && !isBalanced(query)) {
    throw new InvalidInputError(['query must have matching parentheses and quotes']);
  }
  const parts = [
    `WorkflowType = ${quoted(FOLLOW_PROVISIONING_TASK)}`,
    running === true ? "ExecutionStatus = 'Running'" : "ExecutionStatus != 'ContinuedAsNew'",
    running === false && "ExecutionStatus != 'Running'",
    phases && phases.length > 0 && `${SEARCH_ATTRIBUTES.phase} IN (${phases.map(quoted).join(', ')})`,
    zoneId !== undefined && `${SEARCH_ATTRIBUTES.zoneId} = ${quoted(zoneId)}`,
    errorCode !== undefined && `${SEARCH_ATTRIBUTES.errorCode} = ${quoted(errorCode)}`,
    olderThanSeconds !== undefined &&
      `${SEARCH_ATTRIBUTES.startedAt} <= ${quoted(new Date(nowMs - olderThanSeconds * 1000).toISOString())}`,
    query !== undefined && `(${query})`,
  ];
  return parts.filter((part) => typeof part === 'string').join(' AND ');
}

/** Reads what the server lists; undefined when it is not a follow that the contract names. */
export function toListedFollow(info: WorkflowExecutionInfo): ListedFollow | undefined {
  const ids = parseWorkflowId(info.workflowId);
  if (!ids || info.type !== FOLLOW_PROVISIONING_TASK) return undefined;
  const { typedSearchAttributes, memo = {}, startTime, closeTime, status } = info;
  const phase = typedSearchAttributes.get(keys.phase) as Phase | undefined;
  const errorCode = typedSearchAttributes.get(keys.errorCode);
  const { requestedBy, note } = memo;
  return {
    ...ids,
    workflowId: info.workflowId,
    runId: info.runId,
    ...(phase !== undefined && { phase }),
    ...(errorCode !== undefined && { errorCode }),
    workflowStatus: status.name,
    startedAt: (typedSearchAttributes.get(keys.startedAt) ?? startTime).toISOString(),
    ...(closeTime && { closedAt: closeTime.toISOString() }),
    ...(typeof requestedBy === 'string' && { requestedBy }),
    ...(typeof note === 'string' && { note }),
  };
}

function isBalanced(query: string): boolean {
  let open = 0;
  for (const part of query.replaceAll(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"/gs, '')) {
    if (part === "'" || part === '"') return false;
    if (part === '(') open += 1;
    if (part === ')') open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
