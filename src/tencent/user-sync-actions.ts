import type {
  CreateUserSyncsAnswer,
  CreateUserSyncsRequest,
  DeleteUserSyncAnswer,
  ListTasksAnswer,
  ListTasksRequest,
  ListUserSyncsAnswer,
  ListUserSyncsRequest,
  UpdateUserSyncRequest,
  UserSync,
  UserSyncItem,
  UserSyncRequest,
} from '../contract';

import type { ApiAnswer, Sending } from './api-call';
import type { CallQuota } from './call-quota';
import {
  readCreated,
  readDeleted,
  readTasks,
  readUpdated,
  readUserSyncAnswer,
  readUserSyncs,
} from './user-sync-answers';

/**
 * The actions on user syncs, one call each. None has a token that would make it safe to repeat: those that write are
 * sent again only after a refusal that a wrong clock or key explains, never when the answer was lost. A read is sent
 * again also when a kept connection broke.
 *
 * Each rejects with a TencentCloudError, whose `mayHaveRun` tells whether a write may have been done, or with the reason
 * of `signal`.
 */
export interface UserSyncActions {
  /** Creates user syncs, and begins a task for each. */
  createUserSyncProvisioning(request: CreateUserSyncsRequest, signal?: AbortSignal): Promise<CreateUserSyncsAnswer>;
  /** Removes a user sync, and begins a task for it. */
  deleteUserSyncProvisioning(request: UserSyncRequest, signal?: AbortSignal): Promise<DeleteUserSyncAnswer>;
  /** Changes what is given of a user sync; there is no task for it. */
  updateUserSyncProvisioning(request: UpdateUserSyncRequest, signal?: AbortSignal): Promise<{ requestId?: string }>;
  /** Reads a user sync. */
  getUserSyncProvisioning(request: UserSyncRequest, signal?: AbortSignal): Promise<UserSync>;
  /** Reads one page of the user syncs of a zone; entries without id or key are left out. */
  listUserSyncProvisionings(request: ListUserSyncsRequest, signal?: AbortSignal): Promise<ListUserSyncsAnswer>;
  /** Reads one page of the tasks of a zone; entries without TaskId are left out. */
  listTasks(request: ListTasksRequest, signal?: AbortSignal): Promise<ListTasksAnswer>;
}

/**
 * Calls one action of the Organization API, within a deadline, and gives what `read` makes of its answer; rejects with
 * the reason of `signal` when that aborts.
 */
export type CallAction = <Answer>(
  action: string,
  parameters: object,
  read: (answer: ApiAnswer) => Answer,
  sending: Sending,
  signal: AbortSignal | undefined,
) => Promise<Answer>;

/** The most that the cloud gives. */
const DEFAULT_MAX_RESULTS = 100;

/**
 * Makes the actions on user syncs.
 *
 * @param quota - what they share; none: each call is sent at once
 */
export function createUserSyncActions(call: CallAction, quota: CallQuota | undefined): UserSyncActions {
  const write = { quota, isWrite: true };
  const read = { quota };
  return {
    async createUserSyncProvisioning({ zoneId, items }, signal) {
      const parameters = { ZoneId: zoneId, UserSyncProvisionings: items.map(toParameters) };
      return call('CreateUserSyncProvisioning', parameters, readCreated, write, signal);
    },
    async deleteUserSyncProvisioning(request, signal) {
      return call('DeleteUserSyncProvisioning', nameSync(request), readDeleted, write, signal);
    },
    async updateUserSyncProvisioning({ description, duplicationStrategy, deletionStrategy, ...named }, signal) {
      const parameters = {
        ...nameSync(named),
        NewDescription: description,
        // The published name.
        NewDuplicationStateful: duplicationStrategy,
        NewDeletionStrategy: deletionStrategy,
      };
      return call('UpdateUserSyncProvisioning', parameters, readUpdated, write, signal);
    },
    async getUserSyncProvisioning(request, signal) {
      return call('GetUserSyncProvisioning', nameSync(request), readUserSyncAnswer, read, signal);
    },
    async listUserSyncProvisionings(request, signal) {
      return call('ListUserSyncProvisionings', toFilter(request), readUserSyncs, read, signal);
    },
    async listTasks({ taskType, ...request }, signal) {
      const parameters = { ...toFilter(request), TaskType: taskType };
      return call('ListTasks', parameters, readTasks, read, signal);
    },
  };
}

// Parameters that are undefined are not sent.

function nameSync({ zoneId, userProvisioningId }: UserSyncRequest): object {
  return { ZoneId: zoneId, UserProvisioningId: userProvisioningId };
}

function toParameters(item: UserSyncItem): object {
  return {
    Description: item.description,
    PrincipalId: item.principalId,
    PrincipalType: item.principalType,
    TargetUin: BigInt(item.targetUin),
    TargetType: item.targetType,
    DuplicationStrategy: item.duplicationStrategy ?? 'KeepBoth',
    DeletionStrategy: item.deletionStrategy ?? 'Keep',
  };
}

function toFilter(request: ListUserSyncsRequest): object {
  const { zoneId, principalId, principalType, targetUin, targetType, nextToken, maxResults } = request;
  return {
    ZoneId: zoneId,
    PrincipalId: principalId,
    PrincipalType: principalType,
    TargetUin: targetUin === undefined ? undefined : BigInt(targetUin),
    TargetType: targetType,
    NextToken: nextToken,
    MaxResults: maxResults ?? DEFAULT_MAX_RESULTS,
  };
}
