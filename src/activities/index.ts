import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

import {
  STATUS_CHECK_FAILURE_PREFIX,
  type CheckError,
  type TaskStatusAnswer,
  type TaskStatusRequest,
} from '../contract';
import { TencentCloudError, type OrganizationClient } from '../tencent';

export type Activities = ReturnType<typeof createActivities>;

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
    async getProvisioningTaskStatus(request: TaskStatusRequest): Promise<TaskStatusAnswer> {
      try {
        return await organization.getProvisioningTaskStatus(request, cancellationSignal());
      } catch (error) {
        throw error instanceof TencentCloudError ? toFailure(error) : error;
      }
    },
  };
}

function toFailure(error: TencentCloudError): ApplicationFailure {
  const { code, message, requestId, httpStatus, errorClass, advice, retryAfterSeconds } = error;
  const checkError: CheckError = {
    code,
    message,
    ...(requestId !== undefined && { requestId }),
    ...(httpStatus !== undefined && { httpStatus }),
    advice,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return ApplicationFailure.create({
    type: STATUS_CHECK_FAILURE_PREFIX + errorClass,
    message: `${code}: ${message}`,
    details: [checkError],
    cause: error,
  });
}
