import type { Directory, LostAnswer } from '../../emulator';
import type { UserSyncItem } from '../../src/contract';

import type { RetryTimeout } from './terraform/retry';

/** A kind of trouble, as the emulator is to play it. */
export interface Scenario {
  name: string;
  directory: Directory;
  lostAnswers: LostAnswer[];
  /** Principals whose tasks fail. */
  failing: string[];
  /** The process is killed once half of the syncs are there. */
  isKilled: boolean;
}

/** Why tasks fail. */
export const FAILURE_REASON = '部署失败';
/** What the provider waits for a task, a sixtieth of its default, so that a task that outlasts it ends soon. */
export const TASK_TIMEOUT: RetryTimeout = { timeoutMs: 5_000, graceMs: 500 };
/** A task that outlasts {@link TASK_TIMEOUT}. */
export const SLOW_TASK_MS = 15_000;

/** Over at the second look of the provider. */
const TASK = { durationMs: 400 };
const TROUBLED = 4;

/** Makes items for so many users. */
export function userSyncItems(count: number): UserSyncItem[] {
  return Array.from({ length: count }, (_, index) => ({
    principalType: 'User',
    principalId: `u-${String(index).padStart(3, '0')}`,
    targetType: 'MemberUin',
    targetUin: '100000000001',
    duplicationStrategy: 'KeepBoth',
    deletionStrategy: 'Keep',
  }));
}

/** Makes the scenarios, whose trouble meets four items that stand evenly among the others. */
export function scenariosFor(items: readonly UserSyncItem[]): Scenario[] {
  const troubled = items
    .filter((_, index) => index % (items.length / TROUBLED) === Math.floor(items.length / TROUBLED / 2))
    .map(({ principalId }) => principalId);
  const tasks = (script: NonNullable<Directory['createTask']>): Directory => ({
    createTask: TASK,
    createTasks: Object.fromEntries(troubled.map((principalId) => [principalId, script])),
  });
  const quiet = { directory: { createTask: TASK }, lostAnswers: [], failing: [], isKilled: false };
  const lostAnswers = troubled.map((principalId, index): LostAnswer => ({
    action: 'CreateUserSyncProvisioning',
    principalId,
    times: 1,
    done: index % 2 === 0,
    how: index < TROUBLED / 2 ? 'drop' : 'InternalError',
  }));
  return [
    {
      ...quiet,
      name: '4 tasks fail',
      directory: tasks({ ...TASK, then: { status: 'Failed', failureReason: FAILURE_REASON } }),
      failing: troubled,
    },
    { ...quiet, name: '4 tasks outlast the timeout', directory: tasks({ durationMs: SLOW_TASK_MS }) },
    { ...quiet, name: '4 answers to Create are lost', lostAnswers },
    {
      ...quiet,
      name: 'the same, and ListTasks has no user syncs',
      directory: { createTask: TASK, listsTasks: false },
      lostAnswers,
    },
    { ...quiet, name: 'SIGKILL in the middle', isKilled: true },
  ];
}
