/** One answer of `GetProvisioningTaskStatus`, and the request that it answers. */
export interface TaskStatusRequest {
  zoneId: string;
  taskId: string;
}

/** The cloud's `TaskStatus` with `RequestId`, strings verbatim; absent where the cloud gave none. */
export interface TaskStatusAnswer {
  status: string;
  taskId?: string;
  taskType?: string;
  failureReason?: string;
  requestId?: string;
}

/** The statuses that the API's page names; any other is shown, and never ends a follow. */
export const KNOWN_STATUSES = ['InProgress', 'Success', 'Failed'] as const;

/**
 * Classes of a failed status check:
 * - `transient`: passes by itself
 * - `throttled`: the cloud asks for fewer calls
 * - `healing`: a wrong clock, token or key pair that was mended and sent again at once, in vain
 * - `needsPerson`: somebody must act, e.g. grant a permission
 * - `permanent`: no retry mends it
 * - `notFound`: the cloud does not know the task
 * - `unknown`: a code that no list names
 */
export const ERROR_CLASSES = [
  'transient',
  'throttled',
  'healing',
  'needsPerson',
  'permanent',
  'notFound',
  'unknown',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** Prefix of the failure type of a status check: `StatusCheck.transient`, `StatusCheck.notFound`, … */
export const STATUS_CHECK_FAILURE_PREFIX = 'StatusCheck.';
