import { proxyActivities } from '@temporalio/workflow';

import type { ItemsFileActivities } from '../activities/items-file-activities';
import {
  deprovisionUsersFaults,
  resolveUserSyncRef,
  TASK_QUEUES,
  type BatchReport,
  type DeprovisionUsersInput,
} from '../contract';

import type { CoordinatorCarried } from './batch/coordinate';
import type { PartOf } from './batch/part-messages';
import { runBatch } from './batch/run-batch';
import { runRemoval } from './batch/run-part';

const { checkItemsFile, readItems } = proxyActivities<ItemsFileActivities>({
  taskQueue: TASK_QUEUES.provisioning,
  startToCloseTimeout: '60s',
});

/**
 * Removes user syncs and follows the task of each to its end; one that is not there any more counts as removed. Signals,
 * updates and queries are those of `BATCH_SIGNALS`, `BATCH_UPDATES` and `BATCH_QUERIES`.
 *
 * @param input - see {@link DeprovisionUsersInput}
 * @param carried - set by continue-as-new only
 * @param partOf - set by the batch whose part this is
 * @returns the report, also when items have failed
 * @throws as `provisionUsers`
 */
export async function deprovisionUsers(
  input: DeprovisionUsersInput,
  carried?: CoordinatorCarried,
  partOf?: PartOf,
): Promise<BatchReport> {
  return runBatch(
    input,
    {
      faultsOf: deprovisionUsersFaults,
      resolve: resolveUserSyncRef,
      checkFile: ({ itemsFile: file }) => (file ? checkItemsFile({ file, kind: 'deprovision' }) : Promise.resolve()),
      readFile: async ({ itemsFile: file }, from, count) =>
        file ? readItems({ file, from, count, kind: 'deprovision' }) : [],
      run: runRemoval,
    },
    carried,
    partOf,
  );
}
