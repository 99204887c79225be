import { TencentCloudError } from '../../../src/tencent';

/** How long the provider tries. */
export interface RetryTimeout {
  /** From the first attempt on; after it no further one begins. */
  timeoutMs: number;
  /** So much longer an attempt that is under way may take. */
  graceMs: number;
}

/** What the provider has by default. */
export const DEFAULT_TIMEOUT: RetryTimeout = { timeoutMs: 300_000, graceMs: 30_000 };

/** The time is over; of what happened until then nothing is told. */
export class RetryTimeoutError extends Error {
  override readonly name = 'RetryTimeoutError';
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** The code itself, or what stands before its first dot. */
const RETRIED = new Set([
  'ClientError.NetworkError',
  'ClientError.HttpStatusCodeError',
  'RequestLimitExceeded',
  'ResourceInUse',
  'ResourceUnavailable',
  'ResourceBusy',
  'InvalidParameter.ActionInProgress',
  'OperationDenied.InstanceStatusLimitError',
  'UnsupportedOperation.UnsupportedDeleteService',
  'FailedOperation.ListenerHasTask',
]);

/**
 * Makes attempts until one has a result: at once, then after 0.5, 1, 2, 4, 8 and always 10 s. One without a result is
 * made again, as is one that fails with a code of the provider's list.
 *
 * @throws RetryTimeoutError when the time is over; any other failure of an attempt
 */
export async function retryAsTerraform<T>(
  attempt: () => Promise<T | undefined>,
  { timeoutMs, graceMs }: RetryTimeout,
): Promise<T> {
  const timeoutAtMs = Date.now() + timeoutMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const result = await within(timeoutAtMs + graceMs - Date.now(), attempt().catch(noResultYet));
    if (result !== undefined) return result;
    await sleep(Math.min(waitMs, timeoutAtMs - Date.now()));
    if (Date.now() >= timeoutAtMs) throw timeout();
  }
}

function noResultYet(error: unknown): undefined {
  const code = error instanceof TencentCloudError ? error.code : '';
  if (!RETRIED.has(code) && !RETRIED.has(code.split('.')[0] ?? '')) throw error;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const cut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeout()), ms);
  });
  try {
    return await Promise.race([work, cut]);
  } finally {
    clearTimeout(timer);
  }
}

function timeout(): RetryTimeoutError {
  return new RetryTimeoutError('timeout while waiting');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
