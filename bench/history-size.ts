import { workflowId } from '../src/client';

import { ZONE } from './emulator-messages';
import { sum } from './measure';
import type { BenchWorld } from './world';

/** History of a sample of follows, added up. */
export interface HistorySize {
  follows: number;
  events: number;
  bytes: number;
  polls: number;
}

/** Asks the server how long the histories of follows are, and the follows how often they have polled. */
export async function historyOf({ temporal, client }: BenchWorld, taskIds: readonly string[]): Promise<HistorySize> {
  const sizes = await Promise.all(
    taskIds.map(async (taskId) => {
      const { polls } = await client.status(ZONE, taskId);
      const { historyLength, historySize = 0 } = await temporal.workflow.getHandle(workflowId(ZONE, taskId)).describe();
      return { events: historyLength, bytes: historySize, polls };
    }),
  );
  return {
    follows: taskIds.length,
    events: sum(sizes.map(({ events }) => events)),
    bytes: sum(sizes.map(({ bytes }) => bytes)),
    polls: sum(sizes.map(({ polls }) => polls)),
  };
}
