/** How a worker ends on SIGTERM, in seconds. Whoever stops it must wait longer than the bound. */
export const DRAIN = {
  /** Calls in flight may go on so long: longer than one may last. */
  graceSeconds: 20,
  /** Then they are cancelled, and after so long in all the worker gives up. */
  forceSeconds: 40,
  /** Logs, metrics and traces are flushed then, and the process is gone within so long in all. */
  boundSeconds: 45,
} as const;
