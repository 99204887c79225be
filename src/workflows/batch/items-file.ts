import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';

import type { ItemsFileActivities } from '../../activities/items-file-activities';
import { INVALID_INPUT_TYPE, TASK_QUEUES, type ItemsFile, type UserSyncItem, type UserSyncRef } from '../../contract';

const { checkItemsFile, readItems } = proxyActivities<ItemsFileActivities>({
  taskQueue: TASK_QUEUES.provisioning,
  startToCloseTimeout: '60s',
});

/**
 * Checks a whole file of items.
 *
 * @throws ApplicationFailure of `INVALID_INPUT_TYPE` with the faults
 */
export function checkFile(check: Parameters<typeof checkItemsFile>[0]): Promise<void> {
  return asInput(() => checkItemsFile(check));
}

/** Reads some items to provision; throws as {@link checkFile}. */
export function readProvisionItems(file: ItemsFile, from: number, count: number): Promise<UserSyncItem[]> {
  return asInput(() => readItems({ file, from, count, kind: 'provision' }));
}

/** Reads some items to deprovision; throws as {@link checkFile}. */
export function readDeprovisionItems(file: ItemsFile, from: number, count: number): Promise<UserSyncRef[]> {
  return asInput(() => readItems({ file, from, count, kind: 'deprovision' }));
}

/** A fault of the file is one of the input. */
async function asInput<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure) || cause.type !== INVALID_INPUT_TYPE) throw error;
    throw ApplicationFailure.nonRetryable(cause.message, INVALID_INPUT_TYPE, ...(cause.details ?? []));
  }
}
