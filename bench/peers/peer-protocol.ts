/** Sent by the process of an in-process peer: it can be told what to follow. */
export const READY = 'ready';

/** Sent to it: follow this task. */
export interface FollowOrder {
  taskId: string;
}

/** Sent by it, or worked out from a history: what is known of a follow's end. */
export interface FollowReport {
  taskId: string;
  /** Epoch ms. */
  atMs: number;
  /** False when the task was given up. */
  isSuccess: boolean;
  /** Events of the workflow's history. */
  events?: number;
}
