import { flag, integer, listOf, mapOf, objectOf, type Reader, text } from './json-reader';
import { type Refusal } from './signature';
import { type SyncIdentity } from './sync-identity';
import { readTaskScript, type TaskScript } from './task-scripts';

/** What a zone knows and allows, and how the tasks of its user syncs go. */
export interface Directory {
  /** Ids of users that do not exist; every other one does. */
  unknownUsers?: string[];
  /** Ids of groups that do not exist; every other one does. */
  unknownGroups?: string[];
  /** Uins of accounts that the organization does not have; it has every other one. */
  unknownMembers?: string[];
  /** User syncs in one Create; default 50. */
  maxPerCall?: number;
  /** User syncs of the zone; default without limit. */
  maxSyncs?: number;
  /** Whether a refused Create has created all the same what precedes the first offending entry; default false. */
  partialCreate?: boolean;
  /** Whether ListTasks lists the tasks of user syncs; default true. */
  listsTasks?: boolean;
  /** Of each task that Create starts; default Success at the first look. */
  createTask?: TaskScript;
  /** The same by principal id, instead of `createTask`. */
  createTasks?: Record<string, TaskScript>;
  /** Of each task that Delete starts; default Success at the first look. */
  deleteTask?: TaskScript;
}

/** Reads a {@link Directory} from JSON. */
export const readDirectory: Reader<Directory> = objectOf<Directory>({
  unknownUsers: listOf(text),
  unknownGroups: listOf(text),
  unknownMembers: listOf(text),
  maxPerCall: integer(0),
  maxSyncs: integer(0),
  partialCreate: flag,
  listsTasks: flag,
  createTask: readTaskScript,
  createTasks: mapOf(readTaskScript),
  deleteTask: readTaskScript,
});

/** Refuses a user sync of someone, or to an account, that does not exist. */
export function refuseUnknown(directory: Directory, sync: SyncIdentity): Refusal | undefined {
  const { principalType, principalId, targetUin } = sync;
  const { unknownUsers = [], unknownGroups = [], unknownMembers = [] } = directory;
  if (principalType === 'User' && unknownUsers.includes(principalId)) {
    return { code: 'ResourceNotFound.UserNotExist', message: `The user \`${principalId}\` does not exist.` };
  }
  if (principalType === 'Group' && unknownGroups.includes(principalId)) {
    return { code: 'InvalidParameter.GroupNotExist', message: `The group \`${principalId}\` does not exist.` };
  }
  if (unknownMembers.includes(targetUin)) {
    const message = `The organization has no member \`${targetUin}\`.`;
    return { code: 'FailedOperation.OrganizationMemberNotExist', message };
  }
  return undefined;
}

/** Chooses the script of the task that starts a user sync. */
export function createTaskOf({ createTasks = {}, createTask }: Directory, principalId: string): TaskScript | undefined {
  return Object.hasOwn(createTasks, principalId) ? createTasks[principalId] : createTask;
}
