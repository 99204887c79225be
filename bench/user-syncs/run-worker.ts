import {
  GOOD_OUTCOMES,
  PROVISION_USERS,
  TASK_QUEUES,
  type BatchReport,
  type ProvisionUsersInput,
  type ReportLine,
} from '../../src/contract';

import type { ItemEnd } from './item-end';
import type { SideRun } from './side';

/** One worker at a time; else one that follows a killed one would leave room for that. */
const WORKER_ENV = { PROVISIONING_WORKERS: '1' };
const CALLS = 10;

/** Has `provisionUsers` create the items, with a worker process of its own. */
export const runWorker: SideRun = async ({ world, zoneId, items, untilKill }) => {
  let worker = await world.startWorker(WORKER_ENV);
  try {
    const beganMs = Date.now();
    // As many calls for fewer items, so that each scripted trouble meets another call.
    const input: ProvisionUsersInput = { zoneId, items, chunkSize: items.length / CALLS };
    const handle = await world.temporal.workflow.start(PROVISION_USERS, {
      workflowId: `provision-users/${zoneId}/compared`,
      taskQueue: TASK_QUEUES.provisioning,
      args: [input],
    });
    if (untilKill) {
      await untilKill();
      await world.killWorker(worker);
      worker = await world.startWorker(WORKER_ENV);
    }
    const { lines = [] } = (await handle.result()) as BatchReport;
    return { ends: lines.map(itemEnd), seconds: (Date.now() - beganMs) / 1000 };
  } finally {
    await worker.end('SIGTERM');
  }
};

/** Tells what a line of the report says of its item. */
export function itemEnd({ principalId = '', outcome, userProvisioningId, reason }: ReportLine): ItemEnd {
  return {
    principalId,
    isError: !GOOD_OUTCOMES.includes(outcome),
    ...(userProvisioningId !== undefined && { userProvisioningId }),
    ...(outcome === 'Succeeded' && { taskEnd: 'Success' }),
    ...(outcome === 'Failed' && { taskEnd: 'Failed', ...(reason !== undefined && { failureReason: reason }) }),
  };
}
