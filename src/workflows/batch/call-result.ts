import { CLOUD_CALL_FAILURE_PREFIX, ERROR_CLASSES, type CheckError, type ErrorClass } from '../../contract';
import { isCheckError } from '../check-error';

/**
 * How a call failed:
 * - `passing`: it was not done, and the same call may be later
 * - `blocked`: it was not done, and a person must act first
 * - `refused`: it was not done, and never will be
 * - `lost`: it writes, and may have been done all the same
 */
export interface FailedCall {
  kind: 'passing' | 'blocked' | 'refused' | 'lost';
  error: CheckError;
  /** A code that no list names: worth another try, but not for ever. */
  isUnknown?: true;
}

/** What came of one call; `withdrawn` before it was sent. */
export type CallResult<Answer> = { kind: 'done'; answer: Answer } | FailedCall | { kind: 'withdrawn' };

/**
 * Judges why a call failed.
 *
 * @param type - of the activity's failure; undefined when it gave none, since its worker was lost for example
 * @param detail - the failure's detail, from a worker of any version
 * @param message - for a failure without a good detail
 * @param isWrite - a lost call may have been done, so that it must not be sent again blindly
 */
export function judgeFailure(type: string | undefined, detail: unknown, message: string, isWrite: boolean): FailedCall {
  const errorClass = ERROR_CLASSES.find((name) => type === CLOUD_CALL_FAILURE_PREFIX + name);
  if (!errorClass || !isCheckError(detail)) {
    return { kind: isWrite ? 'lost' : 'passing', error: { code: 'ClientError.CallLost', message } };
  }
  if (isWrite && detail.mayHaveRun) return { kind: 'lost', error: detail };
  return { kind: KINDS[errorClass], error: detail, ...(errorClass === 'unknown' && { isUnknown: true }) };
}

/** Takes what a person must mend for a refusal, where nobody is waited for. */
export function refusedIfBlocked<Answer>(result: CallResult<Answer>): CallResult<Answer> {
  return result.kind === 'blocked' ? { ...result, kind: 'refused' } : result;
}

const KINDS: Record<ErrorClass, FailedCall['kind']> = {
  transient: 'passing',
  throttled: 'passing',
  unknown: 'passing',
  healing: 'blocked',
  needsPerson: 'blocked',
  permanent: 'refused',
  notFound: 'refused',
};
