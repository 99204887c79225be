import type { TaskStatusAnswer, TaskStatusRequest } from '../contract';

import {
  asObject,
  createApi,
  isName,
  malformedAnswer,
  MAX_NAME_LENGTH,
  textOf,
  type ApiAnswer,
  type ApiOptions,
} from './api-call';
import { withinDeadline } from './call-deadline';
import type { CallQuota } from './call-quota';
import { DEFAULT_ENDPOINT, validateEndpoint } from './endpoint';
import { TencentCloudError } from './errors';
import { callHealing, type HealingOptions } from './healing-call';
import { NO_OBSERVER } from './observer';
import { createUserSyncActions, type CallAction, type UserSyncActions } from './user-sync-actions';

/** The longest reason that is kept whole; the whole outcome must fit into one payload of Temporal. */
const MAX_REASON_LENGTH = 10_000;

/** Options of {@link createOrganizationClient}. */
export interface OrganizationClientOptions
  extends Omit<ApiOptions, 'service' | 'version' | 'endpoint'>, Omit<HealingOptions, 'notify'> {
  /** `https://host[:port]`. Default {@link DEFAULT_ENDPOINT}. */
  endpoint?: string;
  /** Lets an endpoint be `http` beyond loopback. Default false. */
  allowHttp?: boolean;
  /**
   * Bound of one call in ms, from getting the key to the last byte, what is sent again included, but no waiting for a
   * turn. Default 10,000.
   */
  deadlineMs?: number;
  /** The quota of GetProvisioningTaskStatus. Default: none, each call is sent at once. */
  statusCallQuota?: CallQuota | undefined;
  /** The quota that all actions on user syncs share. Default: none, each call is sent at once. */
  userSyncQuota?: CallQuota | undefined;
  /** Default: nobody is told. */
  notify?: HealingOptions['notify'];
}

/** The part of the Organization API that this project calls. */
export interface OrganizationClient extends UserSyncActions {
  /**
   * Reads the status of one task. It is asked once; again only after what a wrong clock or key needs, or a kept
   * connection that broke. Each request waits for its turn first.
   *
   * Rejects with a TencentCloudError, or with the reason of `signal`.
   */
  getProvisioningTaskStatus(request: TaskStatusRequest, signal?: AbortSignal): Promise<TaskStatusAnswer>;
}

/**
 * Makes a client of the Organization API.
 *
 * @throws Error naming every fault of the endpoint
 */
export function createOrganizationClient(options: OrganizationClientOptions): OrganizationClient {
  const { endpoint = DEFAULT_ENDPOINT, allowHttp = false, deadlineMs = 10_000 } = options;
  const { notify = () => undefined, observer = NO_OBSERVER } = options;
  const faults = validateEndpoint(endpoint, { allowHttp });
  if (faults.length > 0) throw new Error(`Invalid endpoint: ${faults.join('; ')}`);
  const call = createApi({ ...options, endpoint, service: 'organization', version: '2021-03-31' });
  const callAction: CallAction = async (action, parameters, read, sending, signal) => {
    try {
      const answer = await withinDeadline(deadlineMs, signal, (deadline) =>
        callHealing((key) => call(action, parameters, key, deadline, sending), { ...options, notify }, deadline),
      );
      return read(answer);
    } catch (error) {
      if (error instanceof TencentCloudError)
        observer.failed({ action, errorClass: error.errorClass, code: error.code });
      throw error;
    }
  };
  return {
    async getProvisioningTaskStatus({ zoneId, taskId }, signal) {
      const parameters = { ZoneId: zoneId, TaskId: taskId };
      const sending = { quota: options.statusCallQuota };
      return callAction('GetProvisioningTaskStatus', parameters, readTaskStatus, sending, signal);
    },
    ...createUserSyncActions(callAction, options.userSyncQuota),
  };
}

function readTaskStatus(answer: ApiAnswer): TaskStatusAnswer {
  const { response, requestId } = answer;
  const taskStatus = asObject(response.TaskStatus);
  if (!taskStatus) throw malformedAnswer('has no TaskStatus object', answer);
  const { Status: status, TaskId, TaskType, FailureReason } = taskStatus;
  if (!isName(status)) throw malformedAnswer('has a TaskStatus whose Status is not a short non-empty string', answer);
  const taskId = textOf(TaskId, MAX_NAME_LENGTH);
  const taskType = textOf(TaskType, MAX_NAME_LENGTH);
  // An empty reason is what the cloud says with a success.
  const failureReason = FailureReason === '' ? '' : textOf(FailureReason, MAX_REASON_LENGTH);
  return {
    status,
    ...(taskId !== undefined && { taskId }),
    ...(taskType !== undefined && { taskType }),
    ...(failureReason !== undefined && { failureReason }),
    ...(requestId !== undefined && { requestId }),
  };
}
