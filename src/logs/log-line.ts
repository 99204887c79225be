import { ApplicationFailure } from '@temporalio/common';
import type { LogEntry } from '@temporalio/worker';
import { configure } from 'safe-stable-stringify';

import type { LogSettings } from '../config/log-settings';
import { parseBatchWorkflowId, parseWorkflowId } from '../contract';
import { messageOf } from '../sentences';

/** One line of the log, without its end. */
export type FormatLine = (entry: LogEntry) => string;

/** Errors of the SDK hold each other, and numbers of 64 bits: both would make JSON.stringify throw. */
const stringify = configure({ deterministic: false });

/** Opaque to people, or the same in every line of a process. */
const LEFT_OUT = ['taskToken', 'isLocal', 'namespace', 'sdkComponent', 'trace_flags'];

/**
 * Words an entry as one JSON object: `time` (ISO 8601 in UTC), `level`, `message`, the `zoneId` and `taskId` of the
 * follow that it is about, the `requestId` and `code` of the cloud's answer, and what the SDK tells besides, such as
 * `workflowId`, `activityType` and `attempt`.
 */
export const toJsonLine: FormatLine = ({ level, message, timestampNanos, meta }) =>
  stringify({ time: timeOf(timestampNanos).toISOString(), level, message, ...fieldsOf(meta) }) ?? '';

/** Words an entry for a person at a terminal. */
export const toPrettyLine: FormatLine = ({ level, message, timestampNanos, meta }) => {
  const fields = Object.entries(fieldsOf(meta)).map(([name, value]) => {
    const text = typeof value === 'string' ? value : (stringify(value) ?? '');
    return `${name}=${/[\s"]/.test(text) ? JSON.stringify(text) : text}`;
  });
  return [timeOf(timestampNanos).toISOString().slice(11, 23), level.padEnd(5), message, ...fields].join(' ');
};

/** Finds how lines are written. */
export function formatOf({ format }: LogSettings, isTerminal: boolean): FormatLine {
  return (format ?? (isTerminal ? 'pretty' : 'json')) === 'json' ? toJsonLine : toPrettyLine;
}

function timeOf(nanos: bigint): Date {
  return new Date(Number(nanos / 1_000_000n));
}

function fieldsOf(meta: LogEntry['meta'] = {}): Record<string, unknown> {
  const { workflowId, error } = meta as { workflowId?: unknown; error?: unknown };
  const told = Object.entries(meta).filter(([name, value]) => !LEFT_OUT.includes(name) && value !== undefined);
  return {
    ...(typeof workflowId === 'string' && subjectOf(workflowId)),
    ...Object.fromEntries(told),
    ...(error !== undefined && errorFields(error)),
  };
}

function subjectOf(workflowId: string): { zoneId?: string; taskId?: string } {
  const { zoneId } = parseBatchWorkflowId(workflowId) ?? {};
  return parseWorkflowId(workflowId) ?? (zoneId === undefined ? {} : { zoneId });
}

/** A failure of ours carries code and request id of the cloud's answer; of any other the stack tells where it was. */
function errorFields(error: unknown): Record<string, unknown> {
  const text = { error: messageOf(error) };
  if (!(error instanceof ApplicationFailure)) return { ...text, ...(error instanceof Error && { stack: error.stack }) };
  const { code, requestId, lastRequestId = requestId } = (error.details?.[0] ?? {}) as Record<string, unknown>;
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof lastRequestId === 'string' && { requestId: lastRequestId }),
    ...text,
  };
}
