import { type ChosenAnswer } from './task-scripts';
import { type Started, type UserSync } from './user-syncs';
import { type UserSyncTask } from './zone-tasks';

/** Builds a UserProvisioningsTask: what Create and Delete answer of a task that they have just started. */
export function userProvisioningsTask({ sync, task }: Started): Record<string, unknown> {
  return {
    TaskId: task.taskId,
    TargetUin: BigInt(task.targetUin),
    TargetType: task.targetType,
    TaskType: task.taskType,
    TaskStatus: 'InProgress',
    UserProvisioningId: task.userProvisioningId,
    PrincipalId: task.principalId,
    PrincipalType: task.principalType,
    PrincipalName: task.principalId,
    DuplicationStrategy: sync.duplicationStrategy,
    DeletionStrategy: sync.deletionStrategy,
  };
}

/** Builds a UserProvisioning: what Get and List answer of a user sync. */
export function userProvisioning(sync: UserSync): Record<string, unknown> {
  return {
    UserProvisioningId: sync.userProvisioningId,
    Description: sync.description,
    Status: 'Enabled',
    PrincipalId: sync.principalId,
    PrincipalName: sync.principalId,
    PrincipalType: sync.principalType,
    TargetUin: BigInt(sync.targetUin),
    TargetName: sync.targetUin,
    TargetType: sync.targetType,
    DuplicationStrategy: sync.duplicationStrategy,
    DeletionStrategy: sync.deletionStrategy,
    CreateTime: timeOf(sync.createdAt),
    UpdateTime: timeOf(sync.updatedAt),
  };
}

/** Builds a TaskInfo: what ListTasks answers of a task; it names no user sync. */
export function taskInfo(task: UserSyncTask, { status, failureReason = '' }: ChosenAnswer): Record<string, unknown> {
  return {
    TaskId: task.taskId,
    RoleConfigurationId: '',
    RoleConfigurationName: '',
    TargetUin: BigInt(task.targetUin),
    TargetType: task.targetType,
    PrincipalId: task.principalId,
    PrincipalType: task.principalType,
    TaskType: task.taskType,
    Status: status,
    FailureReason: failureReason,
  };
}

/** Writes a time as the cloud does, in UTC. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
