import { cancellationSignal, getClient } from '@temporalio/activity';

import { NotFollowedError, ProvisioningClient } from '../client';
import type { ProvisioningOutcome } from '../contract';

import { heartbeating } from './heartbeating';

export type FollowActivities = ReturnType<typeof createFollowActivities>;

const HEARTBEAT_MS = 10_000;

/** Builds the activities that wait for follows which others have started. */
export function createFollowActivities() {
  return {
    /**
     * Waits for the end of the follow of a task, for as long as that takes; may be begun again at any time.
     *
     * @returns the outcome, or why there is none
     */
    async awaitFollow({
      zoneId,
      taskId,
    }: {
      zoneId: string;
      taskId: string;
    }): Promise<{ kind: 'ended'; outcome: ProvisioningOutcome } | { kind: 'stopped'; reason: string }> {
      const client = new ProvisioningClient(getClient());
      const signal = cancellationSignal();
      try {
        const result = await heartbeating(HEARTBEAT_MS, () => client.waitForOutcome(zoneId, taskId, { signal }));
        if (result.kind !== 'waiting') return result;
        throw signal.reason;
      } catch (error) {
        if (error instanceof NotFollowedError) return { kind: 'stopped', reason: error.message };
        throw error;
      }
    },
  };
}
