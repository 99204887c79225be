import { judgeAnswer } from '../../src/doctor/permission';
import { TencentCloudError } from '../../src/tencent';

const NO_TASK = 'ResourceNotFound.UserProvisioningTaskNotFound';
const NO_ZONE = 'FailedOperation.ZoneIdNotExist';

function judge(code: string, zoneId?: string): ReturnType<typeof judgeAnswer> {
  return judgeAnswer(new TencentCloudError(code, 'the message', { requestId: 'r-1' }), zoneId);
}

describe('the judgement of the answer about a task that cannot exist', () => {
  test.each([undefined, 'z-1'])('that there is no such task is well, with zone %s', (zoneId) => {
    expect(judge(NO_TASK, zoneId)).toEqual({
      verdict: 'ok',
      detail: `the key may ask; the cloud answered ${NO_TASK}, as it must for a task that does not exist`,
    });
  });

  test('that there is no such zone is well for a zone that was made up, and a failure for one that was given', () => {
    expect(judge(NO_ZONE)).toEqual({
      verdict: 'ok',
      detail: `the key may ask; the cloud answered ${NO_ZONE}, as it must for a zone that does not exist; give --zone to check a zone of yours`,
    });
    expect(judge(NO_ZONE, 'z-1')).toMatchObject({
      verdict: 'failed',
      detail: `${NO_ZONE}: the message (request id r-1)`,
    });
  });

  test.each([
    ['RequestLimitExceeded', 'warning'],
    ['AuthFailure.SecretIdNotFound', 'failed'],
    ['AuthFailure.UnauthorizedOperation', 'failed'],
    ['InternalError', 'failed'],
    ['ClientError.Timeout', 'failed'],
    ['FailedOperation.NeverSeen', 'failed'],
  ])('%s is %s, with message, request id and advice', (code, verdict) => {
    const { advice } = new TencentCloudError(code, '');
    expect(judge(code)).toEqual({ verdict, detail: `${code}: the message (request id r-1)`, next: advice });
  });

  test('a status is a warning: nobody knows that task', () => {
    expect(judgeAnswer({ status: 'Success' }, undefined)).toMatchObject({
      verdict: 'warning',
      detail: 'the key may ask, but the cloud knows a task that cannot exist, with status Success',
    });
  });
});
