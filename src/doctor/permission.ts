import type { TaskStatusAnswer } from '../contract';
import { TencentCloudError } from '../tencent';

import { failed, ok, warning, type Finding } from './check';

/**
 * Judges what the cloud said about a task that cannot exist: that it does not exist is the one good answer.
 *
 * @param answer - an error is judged too
 * @param zoneId - zone that was asked for; undefined when it was made up as well
 */
export function judgeAnswer(answer: TaskStatusAnswer | TencentCloudError, zoneId: string | undefined): Finding {
  if (!(answer instanceof TencentCloudError)) {
    return warning(
      `the key may ask, but the cloud knows a task that cannot exist, with status ${answer.status}`,
      'Check PROVISIONING_ENDPOINT: what answers there is not the real service',
    );
  }
  const { code, message, requestId, errorClass, advice } = answer;
  const answered = `the key may ask; the cloud answered ${code}, as it must for a`;
  if (code === 'ResourceNotFound.UserProvisioningTaskNotFound') return ok(`${answered} task that does not exist`);
  if (code === 'FailedOperation.ZoneIdNotExist' && zoneId === undefined) {
    return ok(`${answered} zone that does not exist; give --zone to check a zone of yours`);
  }
  const detail = `${code}: ${message}${requestId === undefined ? '' : ` (request id ${requestId})`}`;
  return errorClass === 'throttled' ? warning(detail, advice) : failed(detail, advice);
}
