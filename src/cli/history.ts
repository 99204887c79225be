import type { ProvisioningSnapshot } from '../client';

import { workflowId } from '../client';
import { onEachFollow } from './each-follow';
import { refuseFaults } from './errors';
import { snapshotLine, type CommonOptions } from './output';
import { printable } from './printable';
import { selectionOf, type SelectionOptions } from './selection';
import { tableLines } from './table';

const HEADER = ['WHEN', 'STATUS OR ERROR', 'REQUEST ID'];

/** Lays out what a follow saw, and how it stands. */
export function historyLines(snapshot: ProvisioningSnapshot, nowMs: number): string[] {
  const rows = snapshot.observations.map(({ at, status, errorCode, requestId }) => [
    at,
    errorCode ?? status,
    requestId,
  ]);
  return [...tableLines(HEADER, rows), snapshotLine(snapshot, nowMs)];
}

/** Shows what follows saw: each change of status and of error. */
export async function history(
  zone: string | undefined,
  tasks: readonly string[],
  options: CommonOptions & SelectionOptions,
): Promise<number> {
  const faults: string[] = [];
  const selection = selectionOf(zone, tasks, options, faults);
  refuseFaults(faults);
  return onEachFollow(selection, {
    running: false,
    json: options.json,
    act: (client, { zoneId, taskId }) => client.status(zoneId, taskId),
    toJson: ({ zoneId, taskId }, { phase, observations }) => ({
      zoneId,
      taskId,
      workflowId: workflowId(zoneId, taskId),
      phase,
      observations,
    }),
    toLines: ({ zoneId }, snapshot, isOneOfMany) =>
      isOneOfMany
        ? [`${printable(zoneId)}/${printable(snapshot.taskId)}:`, ...historyLines(snapshot, Date.now()), '']
        : historyLines(snapshot, Date.now()),
  });
}
