import type { WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

/** One run of a follow. */
export interface Run {
  id: string;
  events: temporal.api.history.v1.IHistoryEvent[];
}

/** Returns all runs of a follow, the first one first. */
export async function runsOf({ client, workflowId }: WorkflowHandle): Promise<Run[]> {
  const runs: Run[] = [];
  let { runId } = await client.getHandle(workflowId).describe();
  while (runId !== '') {
    const { events } = await client.getHandle(workflowId, runId).fetchHistory();
    runs.unshift({ id: runId, events: events ?? [] });
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  return runs;
}
