import { deprovisionUsersFaults, resolveUserSyncRef, type BatchReport, type DeprovisionUsersInput } from '../contract';

import type { CoordinatorCarried } from './batch/coordinate';
import { checkFile, readDeprovisionItems } from './batch/items-file';
import type { PartOf } from './batch/part-messages';
import { runBatch } from './batch/run-batch';
import { runRemoval } from './batch/run-part';

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
      checkFile: (file) => checkFile({ file, kind: 'deprovision' }),
      readFile: readDeprovisionItems,
      run: runRemoval,
    },
    carried,
    partOf,
  );
}
