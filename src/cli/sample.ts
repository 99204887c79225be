import type { Directory } from '../../emulator';
import type { WaitResult } from '../client';

import type { ScriptedTask } from './task-option';

/** Zone of every task that `up` plays. */
export const SAMPLE_ZONE = 'z-demo';

/** A task of the sample, and how it must end. */
export interface SampleTask extends ScriptedTask {
  expected: { phase: 'Succeeded' | 'Failed'; failureReason: string };
}

/** Returns the tasks that `up` follows by itself: one succeeds, one fails with a reason, one is slow. */
export function sampleTasks(run: string): SampleTask[] {
  return [
    sampleTask(`t-${run}-succeeds`, 3),
    sampleTask(`t-${run}-fails`, 4, 'The sub-account already has a user of this name'),
    sampleTask(`t-${run}-slow`, 12),
  ];
}

/** Tasks that wait to be followed by hand; they end a few polls after somebody starts to. */
export const TRY_TASKS: readonly ScriptedTask[] = [
  tryTask('t-try', { status: 'Success' }),
  tryTask('t-try-fail', { status: 'Failed', failureReason: 'The permission set of the sub-account is locked' }),
];

/** How user syncs of the sample's zone go: those of examples/users.csv succeed but for two. */
export const SAMPLE_DIRECTORY: Directory = {
  unknownUsers: ['u-unknown'],
  createTask: { durationMs: 3_000 },
  createTasks: {
    'u-fails': { durationMs: 3_000, then: { status: 'Failed', failureReason: 'The sub-account is locked' } },
  },
  deleteTask: { durationMs: 2_000 },
};

/** Lists where the outcomes differ from the script, nothing when all ended as scripted. */
export function deviations(tasks: readonly SampleTask[], results: readonly WaitResult[]): string[] {
  return tasks.flatMap(({ taskId, expected }, i) => {
    const result = results[i];
    const wanted = describe(expected.phase, expected.failureReason);
    const got =
      result?.kind === 'ended'
        ? describe(result.outcome.phase, result.outcome.failureReason ?? '')
        : (result?.kind ?? 'nothing');
    return got === wanted ? [] : [`${taskId}: expected ${wanted}, got ${got}`];
  });
}

function describe(phase: string, reason: string): string {
  return reason === '' ? phase : `${phase} (${reason})`;
}

function sampleTask(taskId: string, seconds: number, failureReason?: string): SampleTask {
  const failed = failureReason === undefined ? undefined : { status: 'Failed', failureReason };
  return {
    zoneId: SAMPLE_ZONE,
    taskId,
    script: { durationMs: seconds * 1000, ...(failed && { then: failed }) },
    expected: { phase: failed ? 'Failed' : 'Succeeded', failureReason: failureReason ?? '' },
  };
}

function tryTask(taskId: string, last: { status: string; failureReason?: string }): ScriptedTask {
  const inProgress = { status: 'InProgress' };
  return { zoneId: SAMPLE_ZONE, taskId, script: { answers: [inProgress, inProgress, inProgress, last] } };
}
