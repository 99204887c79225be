import type { ItemOutcome, ProvisioningOutcome } from '../../contract';

import { endItem, type BatchItem } from './batch-items';

/** How a follow ended for who waits: with an outcome, or without one for a reason. */
export type FollowEnd =
  { kind: 'ended'; outcome: ProvisioningOutcome } | { kind: 'cancelled' | 'stopped'; reason: string };

/** Ends an item as the follow of its task did. */
export function endFollowed(item: BatchItem<unknown>, end: FollowEnd): void {
  if (end.kind !== 'ended') {
    return endItem(item, end.kind === 'cancelled' ? 'Cancelled' : 'Unknown', { reason: `its follow: ${end.reason}` });
  }
  const { outcome } = end;
  const { lastRequestId, lastError } = outcome;
  const became = outcomeOfFollow(outcome);
  if (became === 'NotFound' && item.facts.adopted === 'AlreadyExisted') {
    return endItem(item, 'AlreadyExists', { reason: 'the user sync exists; the cloud has forgotten its task' });
  }
  endItem(item, became, {
    ...(lastRequestId !== undefined && { requestId: lastRequestId }),
    ...(became !== 'Succeeded' && lastError && { errorCode: lastError.code }),
    ...reasonOf(outcome, became),
  });
}

function outcomeOfFollow({ phase, resolution }: ProvisioningOutcome): ItemOutcome {
  return phase === 'Resolved' ? (resolution?.outcome ?? 'Unknown') : phase;
}

function reasonOf(
  { failureReason, message, resolution }: ProvisioningOutcome,
  became: ItemOutcome,
): { reason?: string } {
  if (resolution) return { reason: `declared by ${resolution.by}: ${resolution.reason}` };
  if (became === 'Succeeded') return {};
  return { reason: became === 'Failed' && failureReason ? failureReason : message };
}
