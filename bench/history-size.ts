import { workflowId } from '../src/client';

import { ZONE } from './emulator-messages';
import { sum } from './measure';
import type { BenchWorld } from './world';

/** History of a sample of follows, added up. */
export interface HistorySize {
  follows: number;
  events: number;
  bytes: number;
}

/** Asks the server how long the histories of follows are. */
export async function historyOf({ temporal }: BenchWorld, taskIds: readonly string[]): Promise<HistorySize> {
  const described = await Promise.all(
    taskIds.map((taskId) => temporal.workflow.getHandle(workflowId(ZONE, taskId)).describe()),
  );
  return {
    follows: taskIds.length,
    events: sum(described.map(({ historyLength }) => historyLength)),
    bytes: sum(described.map(({ historySize = 0 }) => historySize)),
  };
}
