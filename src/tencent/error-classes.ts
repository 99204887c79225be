import type { ErrorClass } from '../contract';

/**
 * Codes by class, for the status read. A code stands for its unlisted sub-codes too; those of `FailedOperation` and
 * of `AuthFailure` say nothing about a retry, so they end as transient like every unknown code.
 */
const CODES: Readonly<Record<ErrorClass, readonly string[]>> = {
  transient: [
    'FailedOperation',
    'InternalError',
    'ResourceInUse',
    'ResourceInsufficient',
    'ResourceUnavailable',
    'ServiceUnavailable',
    'ClientError',
  ],
  throttled: ['RequestLimitExceeded'],
  permanent: [
    'ActionOffline',
    'AuthFailure.InvalidAuthorization',
    'FailedOperation.IdentityCenterNotOpen',
    'FailedOperation.OrganizationMemberNotExist',
    'FailedOperation.UserProvisioningOverLimit',
    'FailedOperation.ZoneIdNotExist',
    'InvalidAction',
    'InvalidParameter',
    'InvalidParameterValue',
    'InvalidRequest',
    'LimitExceeded',
    'MissingParameter',
    'NoSuchProduct',
    'NoSuchVersion',
    'RequestSizeLimitExceeded',
    'ResourceNotFound.UserNotExist',
    'ResponseSizeLimitExceeded',
    'UnknownParameter',
    'UnsupportedOperation',
    'UnsupportedProtocol',
    'UnsupportedRegion',
  ],
  notFound: ['ResourceNotFound', 'ResourceNotFound.UserProvisioningTaskNotFound'],
  auth: [
    'AuthFailure.InvalidSecretId',
    'AuthFailure.MFAFailure',
    'AuthFailure.SecretIdNotFound',
    'AuthFailure.SignatureExpire',
    'AuthFailure.SignatureFailure',
    'AuthFailure.TokenFailure',
    'AuthFailure.UnauthorizedOperation',
    'ClientError.MalformedCredentials',
    'ClientError.MissingCredentials',
    'FailedOperation.IdentityCenterNotOrganizationManager',
    'FailedOperation.PermissionDenied',
    'IpInBlacklist',
    'IpNotInWhitelist',
    'UnauthorizedOperation',
  ],
};

const CLASS_OF = new Map<string, ErrorClass>();
for (const errorClass of Object.keys(CODES) as ErrorClass[]) {
  for (const code of CODES[errorClass]) CLASS_OF.set(code, errorClass);
}

/**
 * Tells the class of an error code of the cloud, or of a `ClientError.…` of this client: by the exact code, else by
 * the part before its first dot, else transient, because the cloud's list of codes is open.
 *
 * @param code - e.g. `RequestLimitExceeded.UinLimitExceeded`
 */
export function classifyErrorCode(code: string): ErrorClass {
  const family = code.split('.', 1)[0] ?? code;
  return CLASS_OF.get(code) ?? CLASS_OF.get(family) ?? 'transient';
}
