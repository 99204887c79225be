import {
  PRINCIPAL_TYPES,
  TARGET_TYPES,
  type CreateUserSyncsAnswer,
  type DeleteUserSyncAnswer,
  type ListedTask,
  type ListTasksAnswer,
  type ListUserSyncsAnswer,
  type UserSync,
  type UserSyncKey,
  type UserSyncTask,
} from '../contract';

import { asObject, isName, malformedAnswer, MAX_NAME_LENGTH, textOf, type ApiAnswer } from './api-call';

/** The longest description or reason that is kept whole; a page of 100 must fit into one payload of Temporal. */
const MAX_TEXT_LENGTH = 1_000;
/** Above any that is known. One that is cut is refused by the cloud, where one left out would end the list. */
const MAX_TOKEN_LENGTH = 2_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the answer of CreateUserSyncProvisioning.
 *
 * @throws TencentCloudError `ClientError.MalformedAnswer` when it has no Tasks array
 */
export function readCreated(answer: ApiAnswer): CreateUserSyncsAnswer {
  return { tasks: readEach(answer, 'Tasks', readTask), ...requestIdOf(answer) };
}

/** Reads the answer of DeleteUserSyncProvisioning, whose Tasks is one object, though its name says several. */
export function readDeleted(answer: ApiAnswer): DeleteUserSyncAnswer {
  const { Tasks: tasks } = answer.response;
  const task = readTask(asObject(Array.isArray(tasks) ? tasks[0] : tasks) ?? {});
  return { ...(task && { task }), ...requestIdOf(answer) };
}

/**
 * Reads the answer of GetUserSyncProvisioning.
 *
 * @throws TencentCloudError `ClientError.MalformedAnswer` when it has no UserProvisioning with its id and key
 */
export function readUserSyncAnswer(answer: ApiAnswer): UserSync {
  const sync = readUserSync(asObject(answer.response.UserProvisioning) ?? {});
  if (!sync) throw malformedAnswer('has no UserProvisioning with its id, principal and target', answer);
  return sync;
}

/** Reads the answer of UpdateUserSyncProvisioning, which names no task. */
export function readUpdated(answer: ApiAnswer): { requestId?: string } {
  return requestIdOf(answer);
}

/**
 * Reads one page of ListUserSyncProvisionings.
 *
 * @throws TencentCloudError `ClientError.MalformedAnswer` when it has no UserProvisionings array
 */
export function readUserSyncs(answer: ApiAnswer): ListUserSyncsAnswer {
  const { TotalCounts: total } = answer.response;
  return {
    syncs: readEach(answer, 'UserProvisionings', readUserSync),
    ...nextTokenOf(answer),
    ...(typeof total === 'number' && { totalCount: total }),
    ...requestIdOf(answer),
  };
}

/**
 * Reads one page of ListTasks.
 *
 * @throws TencentCloudError `ClientError.MalformedAnswer` when it has no Tasks array
 */
export function readTasks(answer: ApiAnswer): ListTasksAnswer {
  return { tasks: readEach(answer, 'Tasks', readListedTask), ...nextTokenOf(answer), ...requestIdOf(answer) };
}

/** Reads a list without those entries that lack what is essential: one of them must not hide the others. */
function readEach<Entry>(answer: ApiAnswer, field: string, read: (fields: Fields) => Entry | undefined): Entry[] {
  const { [field]: list, TotalCounts: total } = answer.response;
  // Where there is nothing to list, the cloud may say null.
  if ((list ?? null) === null && total === 0) return [];
  if (!Array.isArray(list)) throw malformedAnswer(`has no ${field} array`, answer);
  return list.flatMap((entry) => read(asObject(entry) ?? {}) ?? []);
}

function readTask(fields: Fields): UserSyncTask | undefined {
  const { TaskId: taskId } = fields;
  if (!isName(taskId)) return undefined;
  return {
    taskId,
    ...texts({ taskType: fields.TaskType, taskStatus: fields.TaskStatus }),
    ...texts({ userProvisioningId: fields.UserProvisioningId }),
    ...toldKey(fields),
  };
}

function readListedTask(fields: Fields): ListedTask | undefined {
  const { TaskId: taskId } = fields;
  if (!isName(taskId)) return undefined;
  return {
    taskId,
    ...texts({ taskType: fields.TaskType, status: fields.Status }),
    ...texts({ failureReason: fields.FailureReason }, MAX_TEXT_LENGTH),
    ...toldKey(fields),
  };
}

function readUserSync(fields: Fields): UserSync | undefined {
  const { UserProvisioningId: userProvisioningId } = fields;
  const key = wholeKey(fields);
  if (!isName(userProvisioningId) || !key) return undefined;
  return {
    userProvisioningId,
    ...key,
    ...texts({
      status: fields.Status,
      principalName: fields.PrincipalName,
      targetName: fields.TargetName,
      duplicationStrategy: fields.DuplicationStrategy,
      deletionStrategy: fields.DeletionStrategy,
      createTime: fields.CreateTime,
      updateTime: fields.UpdateTime,
    }),
    ...texts({ description: fields.Description }, MAX_TEXT_LENGTH),
  };
}

function wholeKey(fields: Fields): UserSyncKey | undefined {
  const { principalId, targetUin } = toldKey(fields);
  const principalType = PRINCIPAL_TYPES.find((type) => type === fields.PrincipalType);
  const targetType = TARGET_TYPES.find((type) => type === fields.TargetType);
  if (!principalType || !isName(principalId) || !targetType || !targetUin) return undefined;
  return { principalType, principalId, targetType, targetUin };
}

function toldKey(fields: Fields): Partial<Record<keyof UserSyncKey, string>> {
  const targetUin = readUin(fields.TargetUin);
  return {
    ...texts({
      principalType: fields.PrincipalType,
      principalId: fields.PrincipalId,
      targetType: fields.TargetType,
    }),
    ...(targetUin !== undefined && { targetUin }),
  };
}

/** Returns an account id as digits, in whichever form it came; undefined for anything else. */
function readUin(value: unknown): string | undefined {
  const text = typeof value === 'bigint' || typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[1-9]\d{0,18}$/.test(text) ? text : undefined;
}

/** Returns those values that are texts, each cut to a length. */
function texts<Field extends string>(
  values: Record<Field, unknown>,
  maxLength = MAX_NAME_LENGTH,
): Partial<Record<Field, string>> {
  const told: Partial<Record<Field, string>> = {};
  for (const field of Object.keys(values) as Field[]) {
    const text = textOf(values[field], maxLength);
    if (text !== undefined) told[field] = text;
  }
  return told;
}

/** A token that comes with the last page must not begin the list anew. */
function nextTokenOf({ response }: ApiAnswer): { nextToken?: string } {
  const { NextToken: token, IsTruncated: isTruncated } = response;
  const nextToken = isTruncated === false ? undefined : textOf(token, MAX_TOKEN_LENGTH);
  return nextToken === undefined ? {} : { nextToken };
}

function requestIdOf({ requestId }: ApiAnswer): { requestId?: string } {
  return requestId === undefined ? {} : { requestId };
}
