import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { DescribeWorkflowExecutionResponse, ListWorkflowExecutionsResponse } = temporal.api.workflowservice.v1;
const { History } = temporal.api.history.v1;

/** What the server keeps of a workflow, as it comes over the wire. */
export interface RawRecords {
  events: temporal.api.history.v1.IHistoryEvent[];
  description: temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;
  /** Everything as protobuf messages: texts stand in it as they are, and so do the data of payloads. */
  bytes: Buffer;
}

/** A payload, and where it stands, e.g. `events.0.workflowExecutionStartedEventAttributes.input.payloads.0`. */
export interface FoundPayload {
  place: string;
  encoding: string;
  keyId: string;
}

/** Reads all runs of a workflow, its description and its line of the list, without any codec. */
export async function rawRecordsOf(
  { workflowService }: Connection,
  workflowId: string,
  namespace = 'default',
): Promise<RawRecords> {
  const description = await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
  const events: temporal.api.history.v1.IHistoryEvent[] = [];
  let runId = description.workflowExecutionInfo?.execution?.runId ?? '';
  while (runId !== '') {
    const run: temporal.api.history.v1.IHistoryEvent[] = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId, runId },
        ...(nextPageToken && { nextPageToken }),
      });
      run.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken.length > 0);
    events.unshift(...run);
    runId = run[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  const listed = await workflowService.listWorkflowExecutions({ namespace, query: `WorkflowId = '${workflowId}'` });
  const bytes = Buffer.concat([
    History.encode({ events }).finish(),
    DescribeWorkflowExecutionResponse.encode(description).finish(),
    ListWorkflowExecutionsResponse.encode(listed).finish(),
  ]);
  return { events, description, bytes };
}

/** Finds every payload in a message but those of search attributes, which the server must read. */
export function payloadsIn(message: unknown, place: readonly string[] = []): FoundPayload[] {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return [];
  if (isPayload(message)) {
    const text = (name: string): string => Buffer.from(message.metadata?.[name] ?? []).toString();
    return [{ place: place.join('.'), encoding: text('encoding'), keyId: text('encryption-key-id') }];
  }
  return Object.entries(message).flatMap(([name, value]: [string, unknown]) =>
    name === 'searchAttributes' ? [] : payloadsIn(value, [...place, name]),
  );
}

/** No other message has this field. */
function isPayload(message: object): message is temporal.api.common.v1.IPayload {
  return 'externalPayloads' in message;
}
