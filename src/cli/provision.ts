import { planOf } from '../batch-plan';
import { MAX_CHUNK_SIZE, userSyncKey, type ItemSource, type UserSyncItem } from '../client';

import { toBatchOptions, type ProvisionCommandOptions } from './batch-options';
import { PROVISION_FORMAT } from './item-format';
import { countOf, defined } from './numbers';
import { provisionPlanLines } from './plan-lines';
import { runBatch } from './run-batch';

/** Creates the user syncs of a file and follows the task of each. */
export async function provision(options: ProvisionCommandOptions): Promise<number> {
  const faults: string[] = [];
  const { zone, allowTakeOver = false, update: updateExisting = false } = options;
  const common = {
    ...toBatchOptions(options, faults),
    ...defined({ chunkSize: countOf('chunk-size', options.chunkSize, MAX_CHUNK_SIZE, faults) }),
    allowTakeOver,
    updateExisting,
  };
  return runBatch(
    options,
    {
      name: 'provision',
      format: PROVISION_FORMAT,
      keyOf: userSyncKey,
      plan: (items, syncs) => planOf(items, syncs, { allowTakeOver, updateExisting }),
      planLines: (plan) => provisionPlanLines(zone, plan),
      refusal: ({ counts: { refuse } }) =>
        refuse === 0
          ? undefined
          : {
              code: 'Refused',
              message: `Nothing may be started: items that say TakeOver (${refuse}) replace existing users of the sub-account. Add --allow-take-over when that is wanted`,
            },
      question: ({ counts: { create, adopt, change } }) =>
        `Start the batch in zone ${zone}: create ${create}, adopt ${adopt}, change ${change}?`,
      toInput: (source: ItemSource<UserSyncItem>) => ({ ...common, ...source }),
      idSuffix: '',
      start: (client, batchId, input) => client.provisionUsers(batchId, input),
    },
    faults,
  );
}
