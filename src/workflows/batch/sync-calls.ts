import type {
  CreateUserSyncsAnswer,
  DeleteUserSyncAnswer,
  ListedTask,
  ListTasksAnswer,
  ListTasksRequest,
  ListUserSyncsAnswer,
  ListUserSyncsRequest,
  UpdateUserSyncRequest,
  UserSync,
  UserSyncItem,
  UserSyncKey,
} from '../../contract';

import { refusedIfBlocked, type CallResult } from './call-result';
import { insist, type SettledCall, type Surroundings } from './patience';

/** The cloud's actions on user syncs of one zone, one call each. */
export interface RawCalls {
  create(items: UserSyncItem[]): Promise<CallResult<CreateUserSyncsAnswer>>;
  remove(userProvisioningId: string): Promise<CallResult<DeleteUserSyncAnswer>>;
  update(change: Omit<UpdateUserSyncRequest, 'zoneId'>): Promise<CallResult<object>>;
  get(userProvisioningId: string): Promise<CallResult<UserSync>>;
  list(request: Omit<ListUserSyncsRequest, 'zoneId'>): Promise<CallResult<ListUserSyncsAnswer>>;
  listTasks(request: Omit<ListTasksRequest, 'zoneId'>): Promise<CallResult<ListTasksAnswer>>;
}

/** What a search of a task brought. */
export type TaskSearch = { search: 'Found'; task: ListedTask } | { search: 'NotListed' | 'Failed' };

/** The same actions, each sent until the cloud has taken a stand, and what is made of several. */
export interface SyncCalls {
  create(items: UserSyncItem[]): Promise<SettledCall<CreateUserSyncsAnswer>>;
  remove(userProvisioningId: string): Promise<SettledCall<DeleteUserSyncAnswer>>;
  update(change: Omit<UpdateUserSyncRequest, 'zoneId'>): Promise<SettledCall<object>>;
  get(userProvisioningId: string): Promise<SettledCall<UserSync>>;
  /** Looks for the sync of a key; `done` without an answer when there is none. */
  find(key: UserSyncKey): Promise<SettledCall<UserSync | undefined>>;
  /** Looks for the task that started or removes the sync of a key; one in progress before any other. */
  findTask(key: UserSyncKey, taskType: 'StartProvisioning' | 'DeleteProvisioning'): Promise<TaskSearch>;
}

/** The cloud lists at most so many at a time; the pages of one principal in one account are few. */
const PAGE_SIZE = 100;

/** Makes calls that are sent until they are settled. */
export function patientCalls(raw: RawCalls, surroundings: Surroundings): SyncCalls {
  const settle = <Answer>(send: () => Promise<CallResult<Answer>>): Promise<SettledCall<Answer>> =>
    insist(send, surroundings);
  return {
    create: (items) => settle(() => raw.create(items)),
    remove: (id) => settle(() => raw.remove(id)),
    update: (change) => settle(() => raw.update(change)),
    get: (id) => settle(() => raw.get(id)),
    async find(key) {
      const filter = { ...key, maxResults: PAGE_SIZE };
      for (let nextToken: string | undefined; ;) {
        const page = await settle(() => raw.list({ ...filter, ...(nextToken !== undefined && { nextToken }) }));
        if (page.kind !== 'done') return page;
        // The cloud's filters may be looser than they say.
        const found = page.answer.syncs.find((sync) => isOf(sync, key));
        nextToken = page.answer.nextToken;
        if (found || nextToken === undefined) return { kind: 'done', answer: found };
      }
    },
    async findTask(key, taskType) {
      const tasks: ListedTask[] = [];
      const filter = { ...key, taskType, maxResults: PAGE_SIZE };
      for (let nextToken: string | undefined; ;) {
        const page = await listTasksOnce({ ...filter, ...(nextToken !== undefined && { nextToken }) });
        if (page.kind !== 'done') return { search: 'Failed' };
        tasks.push(...page.answer.tasks.filter((task) => task.taskType === taskType && isOf(task, key)));
        nextToken = page.answer.nextToken;
        if (nextToken === undefined) break;
      }
      const task = tasks.find(({ status }) => status === 'InProgress') ?? tasks[0];
      return task ? { search: 'Found', task } : { search: 'NotListed' };
    },
  };

  /** A key without the permission for this one action does not hold the batch up. */
  function listTasksOnce(request: Omit<ListTasksRequest, 'zoneId'>): Promise<SettledCall<ListTasksAnswer>> {
    return settle(async () => refusedIfBlocked(await raw.listTasks(request)));
  }
}

/** Tells whether the cloud means the same sync. */
export function isOf(told: Partial<Record<keyof UserSyncKey, string>>, key: UserSyncKey): boolean {
  return (
    told.principalId === key.principalId &&
    told.targetUin === key.targetUin &&
    (told.principalType ?? key.principalType) === key.principalType &&
    (told.targetType ?? key.targetType) === key.targetType
  );
}
