import type { ErrorClass } from '../../src/contract';
import { classifyErrorCode, TencentCloudError } from '../../src/tencent';

const EXPECTED: Record<ErrorClass, string> = {
  transient: `FailedOperation FailedOperation.SomethingNew InternalError InternalError.DbError ResourceInUse
    ResourceInsufficient ResourceUnavailable ResourceUnavailable.X ServiceUnavailable ServiceUnavailable.X
    AuthFailure.SomethingNew DryRunOperation NeverSeen NeverSeen.Sub constructor ClientError.Timeout
    ClientError.NetworkError ClientError.MalformedAnswer ClientError.HttpStatus`,
  throttled: `RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.UinLimitExceeded
    RequestLimitExceeded.GlobalRegionUinLimitExceeded`,
  permanent: `ActionOffline InvalidAction AuthFailure.InvalidAuthorization InvalidParameter InvalidParameterValue
    MissingParameter LimitExceeded NoSuchProduct NoSuchVersion InvalidRequest RequestSizeLimitExceeded
    ResponseSizeLimitExceeded UnsupportedOperation UnsupportedProtocol UnknownParameter UnsupportedRegion
    FailedOperation.IdentityCenterNotOpen FailedOperation.ZoneIdNotExist InvalidParameter.GroupNotExist
    ResourceNotFound.UserNotExist FailedOperation.OrganizationMemberNotExist`,
  notFound: 'ResourceNotFound ResourceNotFound.UserProvisioningTaskNotFound',
  auth: `AuthFailure.InvalidSecretId AuthFailure.MFAFailure AuthFailure.SecretIdNotFound AuthFailure.SignatureExpire
    AuthFailure.SignatureFailure AuthFailure.TokenFailure AuthFailure.UnauthorizedOperation UnauthorizedOperation
    IpInBlacklist IpNotInWhitelist FailedOperation.PermissionDenied ClientError.MissingCredentials
    FailedOperation.IdentityCenterNotOrganizationManager`,
};

describe('classifyErrorCode', () => {
  const rows = Object.entries(EXPECTED).flatMap(([name, codes]) => codes.split(/\s+/).map((code) => [code, name]));

  it.each(rows)('puts %s into %s', (code, errorClass) => {
    expect(classifyErrorCode(code)).toBe(errorClass);
  });

  it('gives its class to the error of a code', () => {
    const error = new TencentCloudError('IpNotInWhitelist', 'no', { requestId: 'r', httpStatus: 403 });
    expect(error).toMatchObject({ errorClass: 'auth', code: 'IpNotInWhitelist', requestId: 'r', httpStatus: 403 });
    expect('cause' in error).toBe(false);
  });
});
