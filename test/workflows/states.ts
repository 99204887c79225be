import { resolveFollowInput, type FollowInput } from '../../src/contract';
import { applyCheck, initialState, type CheckResult, type TaskState } from '../../src/workflows/task-state';

/** When each follow of these tests begins, epoch ms. */
export const START = Date.parse('2026-03-01T12:00:00Z');

/** Returns the instant so many seconds after {@link START}. */
export function at(seconds: number): string {
  return new Date(START + seconds * 1000).toISOString();
}

/** Returns the state of a follow that has not polled yet. */
export function fresh(input: Partial<FollowInput> = {}): TaskState {
  return initialState(resolveFollowInput({ zoneId: 'z-1', taskId: 't-1', ...input }, START), START);
}

/** Applies checks, one each so many seconds from second 0 on. */
export function after(results: readonly CheckResult[], everySeconds = 10, state = fresh()): TaskState {
  return results.reduce((before, result, i) => applyCheck(before, result, at(i * everySeconds)), state);
}
