import { provisionUsersFaults, resolveUserSyncItem, type BatchReport, type ProvisionUsersInput } from '../contract';

import type { CoordinatorCarried } from './batch/coordinate';
import { checkFile, readProvisionItems } from './batch/items-file';
import type { PartOf } from './batch/part-messages';
import { runBatch } from './batch/run-batch';
import { runCreation } from './batch/run-part';

/**
 * Creates user syncs and follows the task of each to its end. No item is created twice, whatever answers are lost and
 * whichever worker dies: what a lost call did is looked up and adopted. Signals, updates and queries are those of
 * `BATCH_SIGNALS`, `BATCH_UPDATES` and `BATCH_QUERIES`.
 *
 * @param input - see {@link ProvisionUsersInput}
 * @param carried - set by continue-as-new only
 * @param partOf - set by the batch whose part this is
 * @returns the report, also when items have failed
 * @throws ApplicationFailure of `INVALID_INPUT_TYPE` with the faults; CancelledFailure when cancelled, the report and its
 *   lines then being in the memo
 */
export async function provisionUsers(
  input: ProvisionUsersInput,
  carried?: CoordinatorCarried,
  partOf?: PartOf,
): Promise<BatchReport> {
  return runBatch(
    input,
    {
      faultsOf: provisionUsersFaults,
      resolve: resolveUserSyncItem,
      checkFile: (file, { allowTakeOver = false }) => checkFile({ file, kind: 'provision', allowTakeOver }),
      readFile: readProvisionItems,
      run: runCreation,
    },
    carried,
    partOf,
  );
}
