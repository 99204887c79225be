import { cancellationSignal } from '@temporalio/activity';

import { STATUS_CHECK_FAILURE_PREFIX, type TaskStatusAnswer, type TaskStatusRequest } from '../contract';
import type { OrganizationClient } from '../tencent';

import { callForActivity } from './call-failure';

export * from './items-file-activities';
export * from './user-sync-activities';

export type Activities = ReturnType<typeof createActivities>;

const STATUS_CHECK = { prefix: STATUS_CHECK_FAILURE_PREFIX, isWrite: false };

/** Builds the activities around an injected client of the cloud's organization API. */
export function createActivities({
  organization,
}: {
  organization: Pick<OrganizationClient, 'getProvisioningTaskStatus'>;
}) {
  return {
    /**
     * Reads the status of one cloud task with one signed call.
     *
     * @throws ApplicationFailure of type `StatusCheck.<error class>`, with the `CheckError` as its detail
     */
    getProvisioningTaskStatus: (request: TaskStatusRequest): Promise<TaskStatusAnswer> =>
      callForActivity(STATUS_CHECK, () => organization.getProvisioningTaskStatus(request, cancellationSignal())),
  };
}
