import type { ErrorClass } from '../../src/contract';
import { CLIENT_ERRORS, ERROR_TABLE, findErrorEntry, TencentCloudError, type Remedy } from '../../src/tencent';

/** Written by hand from the published lists and the behaviour wanted, not from the table. */
const EXPECTED: Record<ErrorClass, string> = {
  transient: `FailedOperation InternalError InternalError.DbError ResourceInUse ResourceInUse.X ResourceInsufficient
    ResourceUnavailable ResourceUnavailable.X ServiceUnavailable ServiceUnavailable.X ClientError.Timeout
    ClientError.NetworkError ClientError.MalformedAnswer ClientError.HttpStatus ClientError.DnsFailure
    ClientError.ConnectionRefused ClientError.ConnectionReset ClientError.TlsFailure ClientError.ProxyFailure
    ClientError.BodyTooLarge ClientError.Redirect ClientError.CredentialsUnavailable ClientError.StatusCheckLost
    ClientError.CallLost`,
  throttled: `RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.UinLimitExceeded
    RequestLimitExceeded.GlobalRegionUinLimitExceeded RequestLimitExceeded.SomethingNew`,
  healing: `AuthFailure.SignatureExpire AuthFailure.SignatureFailure AuthFailure.TokenFailure
    AuthFailure.SecretIdNotFound`,
  needsPerson: `AuthFailure.InvalidSecretId AuthFailure.MFAFailure AuthFailure.UnauthorizedOperation
    UnauthorizedOperation UnauthorizedOperation.CamNoAuth IpInBlacklist IpNotInWhitelist
    FailedOperation.PermissionDenied FailedOperation.IdentityCenterNotOrganizationManager
    ClientError.MissingCredentials ClientError.MalformedCredentials ClientError.CredentialsRefused`,
  permanent: `ActionOffline InvalidAction AuthFailure.InvalidAuthorization InvalidParameter InvalidParameterValue
    MissingParameter LimitExceeded LimitExceeded.RateLimitExceeded NoSuchProduct NoSuchVersion InvalidRequest
    RequestSizeLimitExceeded ResponseSizeLimitExceeded UnsupportedOperation UnsupportedProtocol UnknownParameter
    UnsupportedRegion FailedOperation.IdentityCenterNotOpen FailedOperation.ZoneIdNotExist FailedOperation.NotSameRegion
    FailedOperation.OrganizationMemberNotExist FailedOperation.UserProvisioningAlreadyExists
    FailedOperation.UserProvisioningFailed FailedOperation.UserProvisioningOverLimit InvalidParameter.GroupNotExist
    InvalidParameter.NextTokenInvalid LimitExceeded.CreateUserSyncProvisioningLimitExceeded
    ResourceNotFound.UserNotExist ResourceNotFound.UserProvisioningNotFound`,
  notFound: `ResourceNotFound ResourceNotFound.UserProvisioningTaskNotFound ResourceNotFound.SomethingNew
    ResourceNotFound.RoleConfigurationTaskNotFound`,
  unknown: `DryRunOperation FailedOperation.SomethingNew AuthFailure AuthFailure.SomethingNew NeverSeen NeverSeen.Sub
    MyRequestLimitExceeded ClientError constructor __proto__ .InternalError`,
};
/** Of the same codes: those after which nobody knows whether a write was done; it was not after any other. */
const MAY_HAVE_RUN = new Set(
  `InternalError InternalError.DbError FailedOperation FailedOperation.SomethingNew ServiceUnavailable
    ServiceUnavailable.X ResourceUnavailable ResourceUnavailable.X ResourceInUse ResourceInUse.X ResourceInsufficient
    ResponseSizeLimitExceeded ClientError.Timeout ClientError.ConnectionReset ClientError.NetworkError
    ClientError.HttpStatus ClientError.MalformedAnswer ClientError.BodyTooLarge ClientError.Redirect
    ClientError.StatusCheckLost ClientError.CallLost AuthFailure NeverSeen NeverSeen.Sub MyRequestLimitExceeded
    ClientError constructor __proto__ .InternalError`.split(/\s+/),
);
const expectedOf = Object.entries(EXPECTED).flatMap(([name, codes]) =>
  codes.split(/\s+/).map((code): [string, string] => [code, name]),
);
const entries = ERROR_TABLE.flatMap((section) => section.entries);

describe('the table of errors', () => {
  it.each(expectedOf)('puts %s into %s', (code, errorClass) => {
    expect(findErrorEntry(code)).toMatchObject({ code, errorClass });
  });

  it.each(expectedOf.map(([code]): [string, boolean] => [code, MAY_HAVE_RUN.has(code)]))(
    'tells of %s whether a write may have been done: %p',
    (code, mayHaveRun) => {
      expect(findErrorEntry(code).mayHaveRun ?? false).toBe(mayHaveRun);
      expect(new TencentCloudError(code, 'no').mayHaveRun).toBe(mayHaveRun);
    },
  );

  it('has no row that is not expected here, and none twice', () => {
    const expected = new Set(expectedOf.map(([code]) => code));
    expect(entries.filter(({ code }) => !expected.has(code))).toEqual([]);
    expect(new Set(entries.map(({ code }) => code)).size).toBe(entries.length);
  });

  it('has the 38 common codes and every code of this client', () => {
    expect(ERROR_TABLE[0]?.entries).toHaveLength(38);
    expect(entries.map(({ code }) => code)).toEqual(expect.arrayContaining(Object.values(CLIENT_ERRORS)));
  });

  it.each([
    ['RequestLimitExceeded', 1],
    ['RequestLimitExceeded.IPLimitExceeded', 5],
    ['RequestLimitExceeded.UinLimitExceeded', 5],
    ['RequestLimitExceeded.GlobalRegionUinLimitExceeded', 5],
    ['RequestLimitExceeded.SomethingNew', 1],
    ['InternalError', undefined],
  ])('asks for a wait after %s of %p s', (code, seconds) => {
    expect(findErrorEntry(code).waitSeconds).toBe(seconds);
  });

  it.each<[string, Remedy]>([
    ['AuthFailure.SignatureExpire', 'clock'],
    ['AuthFailure.SignatureFailure', 'credentials'],
    ['AuthFailure.TokenFailure', 'credentials'],
    ['AuthFailure.SecretIdNotFound', 'credentials'],
  ])('heals %s by %s', (code, remedy) => {
    expect(findErrorEntry(code).remedy).toBe(remedy);
  });

  it('has a remedy with every healing class and a wait with every throttle, and nowhere else', () => {
    for (const { errorClass, remedy, waitSeconds } of entries) {
      expect(remedy !== undefined).toBe(errorClass === 'healing');
      expect(waitSeconds !== undefined).toBe(errorClass === 'throttled');
    }
  });
});

describe('a typed error', () => {
  it('has class, advice and wait of its code', () => {
    const error = new TencentCloudError('IpNotInWhitelist', 'no', { requestId: 'r', httpStatus: 403 });
    expect({ ...error }).toEqual({
      name: 'TencentCloudError',
      code: 'IpNotInWhitelist',
      errorClass: 'needsPerson',
      advice: 'Check the address from which the worker calls against the account’s IP lists.',
      mayHaveRun: false,
      requestId: 'r',
      httpStatus: 403,
    });
    expect('cause' in error).toBe(false);
  });

  it.each([
    ['RequestLimitExceeded', undefined, 1],
    ['RequestLimitExceeded', 30, 30],
    ['RequestLimitExceeded.UinLimitExceeded', 2, 5],
    ['ClientError.HttpStatus', 1800, 1800],
    ['ClientError.HttpStatus', undefined, undefined],
  ])('%s with a Retry-After of %p wants %p s', (code, retryAfterSeconds, wanted) => {
    expect(new TencentCloudError(code, 'no', { retryAfterSeconds }).retryAfterSeconds).toBe(wanted);
  });
});
