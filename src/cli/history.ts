import type { ProvisioningSnapshot } from '../client';

import { resultJson } from './each-follow';
import { snapshotLine } from './output';
import { printable } from './printable';
import { viewing } from './status';
import { tableLines } from './table';
import { nameOf } from './tasks';

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
export const history = viewing({
  toJson: (task, { phase, observations }) => resultJson(task, { phase, observations }),
  toLines: (task, snapshot, isOneOfMany) =>
    isOneOfMany
      ? [`${printable(nameOf(task))}:`, ...historyLines(snapshot, Date.now()), '']
      : historyLines(snapshot, Date.now()),
});
