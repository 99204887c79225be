import { stringify } from 'lossless-json';

import { type Emulator } from '../../emulator';

import { call, type CallResult } from './signed-call';

const ACTIONS = {
  Create: 'CreateUserSyncProvisioning',
  Delete: 'DeleteUserSyncProvisioning',
  Update: 'UpdateUserSyncProvisioning',
  Get: 'GetUserSyncProvisioning',
  List: 'ListUserSyncProvisionings',
  ListTasks: 'ListTasks',
};

/** A complete entry of a Create. */
export const ENTRY = {
  PrincipalId: 'u-1',
  PrincipalType: 'User',
  TargetUin: 100_000_000_001 as unknown,
  TargetType: 'MemberUin',
};

/** Signs and sends one call on user syncs, by default in the zone z-1. */
export function callUserSync(
  emulator: Emulator,
  action: keyof typeof ACTIONS,
  params: Record<string, unknown> = {},
): Promise<CallResult> {
  return call(emulator, { action: ACTIONS[action], body: stringify({ ZoneId: 'z-1', ...params }) ?? '' });
}

/** Creates user syncs that differ from {@link ENTRY} as given. */
export function create(emulator: Emulator, ...changes: Record<string, unknown>[]): Promise<CallResult> {
  return callUserSync(emulator, 'Create', { UserSyncProvisionings: changes.map((each) => ({ ...ENTRY, ...each })) });
}

/** Asks for the status of a task in the zone z-1. */
export async function taskStatusOf(emulator: Emulator, taskId: string): Promise<string> {
  return (await call(emulator, { body: JSON.stringify({ ZoneId: 'z-1', TaskId: taskId }) })).code;
}
