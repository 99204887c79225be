import type { StatusCall } from './status-call';

/** A peer's waiting for one task: resolves once the task is seen to have succeeded, rejects when it is given up. */
export type WaitForSuccess = (call: StatusCall, taskId: string) => Promise<void>;

/** The status of a task that has succeeded. */
export const SUCCESS = 'Success';
