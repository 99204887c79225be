import { cancellationSignal } from '@temporalio/activity';

import {
  CLOUD_CALL_FAILURE_PREFIX,
  type CreateUserSyncsAnswer,
  type CreateUserSyncsRequest,
  type DeleteUserSyncAnswer,
  type ListTasksAnswer,
  type ListTasksRequest,
  type ListUserSyncsAnswer,
  type ListUserSyncsRequest,
  type UpdateUserSyncRequest,
  type UserSync,
  type UserSyncRequest,
} from '../contract';
import type { UserSyncActions } from '../tencent';

import { callForActivity } from './call-failure';
import { heartbeating } from './heartbeating';

export type UserSyncActivities = ReturnType<typeof createUserSyncActivities>;

/** Calls are short: only one that hangs has a heartbeat, and a worker that has gone is missed soon. */
const HEARTBEAT_MS = 2_000;

/**
 * Builds the activities on user syncs around an injected client of the cloud's organization API: each makes one signed
 * call, and fails with an ApplicationFailure of type `CloudCall.<error class>` with the `CheckError` as its detail. That
 * one says `mayHaveRun` when a write may have been done all the same.
 */
export function createUserSyncActivities({ organization }: { organization: UserSyncActions }) {
  return {
    /** Creates user syncs, and begins a task for each. */
    createUserSyncProvisioning: (request: CreateUserSyncsRequest): Promise<CreateUserSyncsAnswer> =>
      write(() => organization.createUserSyncProvisioning(request)),
    /** Removes a user sync, and begins a task for it. */
    deleteUserSyncProvisioning: (request: UserSyncRequest): Promise<DeleteUserSyncAnswer> =>
      write(() => organization.deleteUserSyncProvisioning(request)),
    /** Changes what is given of a user sync. */
    updateUserSyncProvisioning: (request: UpdateUserSyncRequest): Promise<{ requestId?: string }> =>
      write(() => organization.updateUserSyncProvisioning(request)),
    /** Reads a user sync. */
    getUserSyncProvisioning: (request: UserSyncRequest): Promise<UserSync> =>
      read((signal) => organization.getUserSyncProvisioning(request, signal)),
    /** Reads one page of the user syncs of a zone. */
    listUserSyncProvisionings: (request: ListUserSyncsRequest): Promise<ListUserSyncsAnswer> =>
      read((signal) => organization.listUserSyncProvisionings(request, signal)),
    /** Reads one page of the tasks of a zone. */
    listTasks: (request: ListTasksRequest): Promise<ListTasksAnswer> =>
      read((signal) => organization.listTasks(request, signal)),
  };
}

function read<Answer>(call: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  return make(false, () => call(cancellationSignal()));
}

/** No cancellation cuts it: its answer names the task, and is lost with it. */
function write<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  return make(true, call);
}

function make<Answer>(isWrite: boolean, call: () => Promise<Answer>): Promise<Answer> {
  return heartbeating(HEARTBEAT_MS, () => callForActivity({ prefix: CLOUD_CALL_FAILURE_PREFIX, isWrite }, call));
}
