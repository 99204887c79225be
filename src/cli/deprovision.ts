import { removalPlanOf } from '../batch-plan';
import { userSyncKey, type ItemSource, type UserSyncRef } from '../client';

import { toBatchOptions, type DeprovisionCommandOptions } from './batch-options';
import { DEPROVISION_FORMAT } from './item-format';
import { deprovisionPlanLines } from './plan-lines';
import { runBatch } from './run-batch';

/** Removes the user syncs of a file and follows the task of each. */
export async function deprovision(options: DeprovisionCommandOptions): Promise<number> {
  const faults: string[] = [];
  const { zone, dryRun = false } = options;
  const common = { ...toBatchOptions(options, faults), dryRun };
  return runBatch(
    options,
    {
      name: 'deprovision',
      format: DEPROVISION_FORMAT,
      keyOf: (item) => (item.principalId === undefined ? undefined : userSyncKey(item)),
      plan: removalPlanOf,
      planLines: (plan) => deprovisionPlanLines(zone, plan),
      refusal: () => undefined,
      question: ({ counts: { remove } }) =>
        dryRun ? undefined : `Remove ${remove} user sync${remove === 1 ? '' : 's'} of zone ${zone}?`,
      toInput: (source: ItemSource<UserSyncRef>) => ({ ...common, ...source }),
      // A batch that removes must not attach to one that only looks.
      idSuffix: dryRun ? '-dry-run' : '',
      start: (client, batchId, input) => client.deprovisionUsers(batchId, input),
    },
    faults,
  );
}
