import { ApplicationFailure } from '@temporalio/common';

import type { CheckError } from '../contract';
import { TencentCloudError } from '../tencent';

/** How the failures of a call are told. */
export interface CallKind {
  /** Of the failure's type; the error class follows. */
  prefix: string;
  /** Whether a failure tells that the call may have been done all the same. */
  isWrite: boolean;
}

/**
 * Makes one call of the cloud's API for an activity.
 *
 * @throws ApplicationFailure of type `<prefix><error class>` with the `CheckError` as its detail, for a TencentCloudError;
 *   anything else as it is
 */
export async function callForActivity<Answer>(kind: CallKind, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof TencentCloudError ? toFailure(error, kind) : error;
  }
}

function toFailure(error: TencentCloudError, { prefix, isWrite }: CallKind): ApplicationFailure {
  const { code, message, requestId, httpStatus, errorClass, advice, retryAfterSeconds, mayHaveRun } = error;
  const checkError: CheckError = {
    code,
    message,
    ...(requestId !== undefined && { requestId }),
    ...(httpStatus !== undefined && { httpStatus }),
    advice,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(isWrite && mayHaveRun && { mayHaveRun }),
  };
  return ApplicationFailure.create({
    type: prefix + errorClass,
    message: `${code}: ${message}`,
    details: [checkError],
    cause: error,
  });
}
