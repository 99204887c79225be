import type { UserSync, UserSyncItem, UserSyncKey } from './user-sync';

/** A task as the answer of Create or Delete tells it; strings verbatim, absent where the cloud gave none. */
export interface UserSyncTask extends Partial<Record<keyof UserSyncKey, string>> {
  taskId: string;
  /** `StartProvisioning` or `DeleteProvisioning`. */
  taskType?: string;
  /** `InProgress`, `Success` or `Failed`: it can be over at once. */
  taskStatus?: string;
  userProvisioningId?: string;
}

/** A task as `ListTasks` tells it. */
export interface ListedTask extends Partial<Record<keyof UserSyncKey, string>> {
  taskId: string;
  taskType?: string;
  status?: string;
  failureReason?: string;
}

export interface CreateUserSyncsRequest {
  zoneId: string;
  items: UserSyncItem[];
}

export interface CreateUserSyncsAnswer {
  /** In no certain order; one that the cloud named without its TaskId is missing. */
  tasks: UserSyncTask[];
  requestId?: string;
}

/** Names one user sync. */
export interface UserSyncRequest {
  zoneId: string;
  userProvisioningId: string;
}

export interface DeleteUserSyncAnswer {
  /** Absent when the cloud named none. */
  task?: UserSyncTask;
  requestId?: string;
}

/** What is not given stays. */
export interface UpdateUserSyncRequest extends UserSyncRequest {
  description?: string;
  duplicationStrategy?: string;
  deletionStrategy?: string;
}

/** One page of a list; without filters all of the zone. */
export interface ListUserSyncsRequest extends Partial<UserSyncKey> {
  zoneId: string;
  nextToken?: string;
  /** 1 to 100. Default 100. */
  maxResults?: number;
}

export interface ListUserSyncsAnswer {
  syncs: UserSync[];
  /** Absent on the last page. */
  nextToken?: string;
  totalCount?: number;
  requestId?: string;
}

export interface ListTasksRequest extends ListUserSyncsRequest {
  taskType?: string;
}

export interface ListTasksAnswer {
  tasks: ListedTask[];
  /** Absent on the last page. */
  nextToken?: string;
  requestId?: string;
}

/**
 * Prefix of the failure type of a call that is no status check: `CloudCall.transient`, `CloudCall.permanent`, …; its
 * detail is the `CheckError`.
 */
export const CLOUD_CALL_FAILURE_PREFIX = 'CloudCall.';
