import type { UserSyncItem } from '../../../src/contract';
import { asObject } from '../../../src/tencent';

import type { OrganizationCall } from './organization-call';
import { DEFAULT_TIMEOUT, retryAsTerraform, type RetryTimeout } from './retry';

/** The task ended as `Failed`; its reason is dropped. */
export class TaskFailedError extends Error {
  override readonly name = 'TaskFailedError';
}

/**
 * Creates a user sync and waits for its task, as the provider does for one resource.
 *
 * @param taskTimeout - of the wait for the task
 * @returns the id of the sync, once its task has succeeded
 * @throws TaskFailedError, RetryTimeoutError; TencentCloudError of any call that is not tried again
 */
export async function createResource(
  call: OrganizationCall,
  zoneId: string,
  item: UserSyncItem,
  taskTimeout: RetryTimeout,
): Promise<string> {
  const created = await retryAsTerraform(
    () => call('CreateUserSyncProvisioning', { ZoneId: zoneId, UserSyncProvisionings: [entryOf(item)] }),
    DEFAULT_TIMEOUT,
  );
  const [first] = created.Tasks as unknown[];
  const { TaskId: taskId, UserProvisioningId: id } = asObject(first) ?? {};
  if (typeof taskId !== 'string' || typeof id !== 'string') throw new Error('id is broken');
  await retryAsTerraform(async () => {
    const answer = await call('GetProvisioningTaskStatus', { ZoneId: zoneId, TaskId: taskId });
    return hasSucceeded(answer) || undefined;
  }, taskTimeout);
  return id;
}

function hasSucceeded({ TaskStatus: taskStatus }: Readonly<Record<string, unknown>>): boolean {
  const fields = asObject(taskStatus);
  if (fields?.Status === 'Failed') throw new TaskFailedError('the task has failed');
  // The provider takes an answer without a TaskStatus for a success.
  return !fields || fields.Status === 'Success';
}

function entryOf(item: UserSyncItem): object {
  return {
    PrincipalId: item.principalId,
    PrincipalType: item.principalType,
    TargetUin: Number(item.targetUin),
    TargetType: item.targetType,
    DuplicationStrategy: item.duplicationStrategy,
    DeletionStrategy: item.deletionStrategy,
  };
}
