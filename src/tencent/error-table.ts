import type { ErrorClass } from '../contract';

/** What the client itself can mend before it sends a call once more. */
export type Remedy = 'clock' | 'credentials';

/** One row of {@link ERROR_TABLE}. */
export interface ErrorEntry {
  /** Of the cloud, or `ClientError.…` of this client. */
  code: string;
  /** Published meaning, or what this client saw. */
  meaning: string;
  errorClass: ErrorClass;
  /** What a person should do. */
  advice: string;
  /** With class `throttled`: shortest wait before the next call. */
  waitSeconds?: number;
  /** With class `healing`: what is mended before the call is sent again. */
  remedy?: Remedy;
  /** Whether sub-codes that have no row of their own are of this class too. Default true. */
  coversSubcodes?: false;
  /** Whether a call that writes may have been done although it failed so. Default: it was not. */
  mayHaveRun?: true;
}

/** A part of {@link ERROR_TABLE}, as the page in docs/ shows it. */
export interface ErrorTableSection {
  title: string;
  entries: readonly ErrorEntry[];
}

const WAIT = 'Nothing: the worker goes on by itself. Look at the status page of Tencent Cloud when it lasts.';
const REPORT = 'Report it to the developers with the request id: the call itself is wrong.';
const ENDPOINT = 'Check PROVISIONING_ENDPOINT and the proxy in between; `provisioning doctor` shows who answers.';
const GRANT =
  'Grant organization:GetProvisioningTaskStatus on resource * to the key (a policy for one resource grants nothing); for user syncs also organization:ListTasks, ListUserSyncProvisionings and Create-, Get-, Update- and DeleteUserSyncProvisioning.';
const NETWORK =
  'Check name, route, firewall and proxy of the worker; `provisioning doctor` tells the phase that fails.';
const LOCATE = 'Check zone, task id, account and site (international or mainland).';
const ADMINISTRATOR = 'Use a key of the organization’s admin account or of its delegated administrator.';
const SHARED_QUOTA =
  'Find what else of the account calls the API, and lower PROVISIONING_STATUS_CALLS_PER_SECOND and PROVISIONING_USER_SYNC_CALLS_PER_SECOND.';
const EGRESS = 'Check the address from which the worker calls against the account’s IP lists.';

/** Codes that every product answers (tencentcloud.com/document/product/1031/32858, read 2025-10-30). */
const COMMON: readonly ErrorEntry[] = [
  { code: 'ActionOffline', meaning: 'API deprecated', errorClass: 'permanent', advice: REPORT },
  {
    code: 'AuthFailure.InvalidAuthorization',
    meaning: 'Authorization header invalid',
    errorClass: 'permanent',
    advice: 'Check whether a proxy changes or strips the Authorization header; else report it to the developers.',
  },
  {
    code: 'AuthFailure.InvalidSecretId',
    meaning: 'Not a key of the Tencent Cloud API',
    errorClass: 'needsPerson',
    advice: 'Give the worker a key of the API, not one of another kind of service.',
  },
  {
    code: 'AuthFailure.MFAFailure',
    meaning: 'MFA failed',
    errorClass: 'needsPerson',
    advice: 'Use a key whose policy does not ask for multi-factor authentication.',
  },
  {
    code: 'AuthFailure.SecretIdNotFound',
    meaning: 'Key deleted, disabled or mistyped',
    errorClass: 'healing',
    remedy: 'credentials',
    advice: 'Enable the key in the console, or give the worker another one.',
  },
  {
    code: 'AuthFailure.SignatureExpire',
    meaning: 'Signature more than five minutes off the server’s clock',
    errorClass: 'healing',
    remedy: 'clock',
    advice: 'Set the clock of the worker’s machine (NTP); the time zone does not matter.',
  },
  {
    code: 'AuthFailure.SignatureFailure',
    meaning: 'Signature wrong',
    errorClass: 'healing',
    remedy: 'credentials',
    advice: 'Check that secret id and secret key belong together and that no proxy changes Host or body.',
  },
  {
    code: 'AuthFailure.TokenFailure',
    meaning: 'Token of temporary credentials expired or wrong',
    errorClass: 'healing',
    remedy: 'credentials',
    advice: 'Renew the temporary credentials, or let the worker get them itself (role, OIDC).',
  },
  {
    code: 'AuthFailure.UnauthorizedOperation',
    meaning: 'Not authorized by CAM',
    errorClass: 'needsPerson',
    advice: GRANT,
  },
  {
    code: 'DryRunOperation',
    meaning: 'The request would have succeeded; only a dry run was asked for',
    errorClass: 'unknown',
    advice: 'Report it to the developers with the request id: no call of this worker asks for a dry run.',
  },
  {
    code: 'FailedOperation',
    meaning: 'Operation failed',
    errorClass: 'transient',
    coversSubcodes: false,
    mayHaveRun: true,
    advice: WAIT,
  },
  {
    code: 'InternalError',
    meaning: 'Internal error, also a timeout behind the gateway',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: WAIT,
  },
  { code: 'InvalidAction', meaning: 'The API does not exist', errorClass: 'permanent', advice: ENDPOINT },
  { code: 'InvalidParameter', meaning: 'Parameter incorrect', errorClass: 'permanent', advice: LOCATE },
  { code: 'InvalidParameterValue', meaning: 'Parameter value incorrect', errorClass: 'permanent', advice: LOCATE },
  { code: 'InvalidRequest', meaning: 'Format of the request body wrong', errorClass: 'permanent', advice: REPORT },
  { code: 'IpInBlacklist', meaning: 'Address on the account’s blocklist', errorClass: 'needsPerson', advice: EGRESS },
  {
    code: 'IpNotInWhitelist',
    meaning: 'Address not on the account’s allowlist',
    errorClass: 'needsPerson',
    advice: EGRESS,
  },
  {
    code: 'LimitExceeded',
    meaning: 'Quota exceeded; not throttling',
    errorClass: 'permanent',
    advice: 'Ask for a higher quota of the account.',
  },
  { code: 'MissingParameter', meaning: 'Parameter missing', errorClass: 'permanent', advice: REPORT },
  { code: 'NoSuchProduct', meaning: 'The product does not exist', errorClass: 'permanent', advice: ENDPOINT },
  {
    code: 'NoSuchVersion',
    meaning: 'The version does not exist, or a proxy changed Host',
    errorClass: 'permanent',
    advice: ENDPOINT,
  },
  {
    code: 'RequestLimitExceeded',
    meaning: 'More calls of this API than allowed in this second',
    errorClass: 'throttled',
    waitSeconds: 1,
    advice:
      'Lower PROVISIONING_STATUS_CALLS_PER_SECOND, or for user syncs PROVISIONING_USER_SYNC_CALLS_PER_SECOND, when it lasts: the console and other tools share the quota.',
  },
  {
    code: 'RequestLimitExceeded.GlobalRegionUinLimitExceeded',
    meaning: 'More calls of the account than allowed, over all regions',
    errorClass: 'throttled',
    waitSeconds: 5,
    advice: SHARED_QUOTA,
  },
  {
    code: 'RequestLimitExceeded.IPLimitExceeded',
    meaning: 'More calls from this address than allowed',
    errorClass: 'throttled',
    waitSeconds: 5,
    advice: 'Find what else calls from the same address (a shared NAT), or give the worker its own.',
  },
  {
    code: 'RequestLimitExceeded.UinLimitExceeded',
    meaning: 'More calls of the account than allowed',
    errorClass: 'throttled',
    waitSeconds: 5,
    advice: SHARED_QUOTA,
  },
  { code: 'RequestSizeLimitExceeded', meaning: 'Request too large', errorClass: 'permanent', advice: REPORT },
  { code: 'ResourceInUse', meaning: 'Resource in use', errorClass: 'transient', mayHaveRun: true, advice: WAIT },
  {
    code: 'ResourceInsufficient',
    meaning: 'Resource insufficient',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: WAIT,
  },
  { code: 'ResourceNotFound', meaning: 'Resource does not exist', errorClass: 'notFound', advice: LOCATE },
  {
    code: 'ResourceUnavailable',
    meaning: 'Resource unavailable',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: WAIT,
  },
  {
    code: 'ResponseSizeLimitExceeded',
    meaning: 'Response too large',
    errorClass: 'permanent',
    mayHaveRun: true,
    advice: REPORT,
  },
  {
    code: 'ServiceUnavailable',
    meaning: 'Service unavailable for now',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: WAIT,
  },
  { code: 'UnauthorizedOperation', meaning: 'Not authorized', errorClass: 'needsPerson', advice: GRANT },
  {
    code: 'UnknownParameter',
    meaning: 'A parameter that the API does not define',
    errorClass: 'permanent',
    advice: REPORT,
  },
  { code: 'UnsupportedOperation', meaning: 'Operation not supported', errorClass: 'permanent', advice: LOCATE },
  {
    code: 'UnsupportedProtocol',
    meaning: 'Only GET and POST are supported',
    errorClass: 'permanent',
    advice: ENDPOINT,
  },
  {
    code: 'UnsupportedRegion',
    meaning: 'The API does not support this region',
    errorClass: 'permanent',
    advice: 'Remove PROVISIONING_REGION: this API takes no region.',
  },
];

/** Business codes of GetProvisioningTaskStatus (tencentcloud.com/document/product/1031/63578). */
const THIS_ACTION: readonly ErrorEntry[] = [
  {
    code: 'FailedOperation.IdentityCenterNotOpen',
    meaning: 'Identity Center is not open',
    errorClass: 'permanent',
    advice:
      'Open Identity Center for the account, or use a key of the account that has it; then follow the task again.',
  },
  {
    code: 'FailedOperation.ZoneIdNotExist',
    meaning: 'The space does not exist',
    errorClass: 'permanent',
    advice: LOCATE,
  },
  {
    code: 'ResourceNotFound.UserProvisioningTaskNotFound',
    meaning: 'The user synchronization task does not exist',
    errorClass: 'notFound',
    advice: LOCATE,
  },
];

/** Business codes of the organization's other actions (tencentcloud.com/document/product/1031). */
const OTHER_ACTIONS: readonly ErrorEntry[] = [
  {
    code: 'FailedOperation.IdentityCenterNotOrganizationManager',
    meaning: 'The caller is not the organization’s administrator',
    errorClass: 'needsPerson',
    advice: ADMINISTRATOR,
  },
  {
    code: 'FailedOperation.NotSameRegion',
    meaning: 'Accounts of different sites',
    errorClass: 'permanent',
    advice: LOCATE,
  },
  {
    code: 'FailedOperation.OrganizationMemberNotExist',
    meaning: 'The member account does not exist',
    errorClass: 'permanent',
    advice:
      'Check the targetUin: it must be a member account of the organization, or for ManagerUin its admin account.',
  },
  {
    code: 'FailedOperation.PermissionDenied',
    meaning: 'The owner account does not match',
    errorClass: 'needsPerson',
    advice: ADMINISTRATOR,
  },
  {
    code: 'FailedOperation.UserProvisioningAlreadyExists',
    meaning: 'The user synchronization exists already',
    errorClass: 'permanent',
    advice: 'Nothing: the sync that is there is adopted.',
  },
  {
    code: 'FailedOperation.UserProvisioningFailed',
    meaning: 'The synchronization could not be started',
    errorClass: 'permanent',
    advice:
      'Look at the sync in the console, then try the item again; ask Tencent Cloud with the request id when it lasts.',
  },
  {
    code: 'FailedOperation.UserProvisioningOverLimit',
    meaning: 'Too many user synchronizations in all',
    errorClass: 'permanent',
    advice: 'Remove syncs that nobody needs, or ask Tencent Cloud for a higher quota of the account; then try again.',
  },
  {
    code: 'InvalidParameter.GroupNotExist',
    meaning: 'The group does not exist',
    errorClass: 'permanent',
    advice: 'Check the principalId: the zone must have a group of this id, and principalType must be Group.',
  },
  {
    code: 'InvalidParameter.NextTokenInvalid',
    meaning: 'The page token is invalid',
    errorClass: 'permanent',
    advice: 'List again from the first page; report it to the developers with the request id when it lasts.',
  },
  {
    code: 'LimitExceeded.CreateUserSyncProvisioningLimitExceeded',
    meaning: 'Too many user synchronizations in one call',
    errorClass: 'permanent',
    advice: 'Give the batch a smaller chunkSize: one call may have fewer items.',
  },
  {
    code: 'ResourceNotFound.RoleConfigurationTaskNotFound',
    meaning: 'The role configuration task does not exist',
    errorClass: 'notFound',
    advice: LOCATE,
  },
  {
    code: 'ResourceNotFound.UserNotExist',
    meaning: 'The user does not exist',
    errorClass: 'permanent',
    advice: 'Check the principalId: the zone must have a user of this id, and principalType must be User.',
  },
  {
    code: 'ResourceNotFound.UserProvisioningNotFound',
    meaning: 'The user synchronization does not exist',
    errorClass: 'permanent',
    advice: 'Nothing when it was to be removed: it is gone. Else check userProvisioningId and zone.',
  },
];

/** Failures seen on this side of the wire, when no good answer of the API was had. */
const THIS_CLIENT: readonly ErrorEntry[] = [
  {
    code: 'ClientError.BodyTooLarge',
    meaning: 'The answer is longer than 1 MiB',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: ENDPOINT,
  },
  {
    code: 'ClientError.CallLost',
    meaning: 'The worker that made a call that is no status check was stopped in the middle of it',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: 'Nothing: another worker goes on; a write that may have been done is looked up first.',
  },
  {
    code: 'ClientError.ConnectionRefused',
    meaning: 'Nobody listens at the address',
    errorClass: 'transient',
    advice: NETWORK,
  },
  {
    code: 'ClientError.ConnectionReset',
    meaning: 'The connection broke during the call',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: NETWORK,
  },
  {
    code: 'ClientError.CredentialsRefused',
    meaning: 'The issuer of temporary credentials refused',
    errorClass: 'needsPerson',
    advice: 'Check the role, whom it trusts, and the key or token that asks for it; the message has the issuer’s word.',
  },
  {
    code: 'ClientError.CredentialsUnavailable',
    meaning: 'The source of the credentials could not be read or reached',
    errorClass: 'transient',
    advice: 'Check the source that the message names; `provisioning doctor` asks it.',
  },
  {
    code: 'ClientError.DnsFailure',
    meaning: 'The host’s name could not be resolved',
    errorClass: 'transient',
    advice: NETWORK,
  },
  {
    code: 'ClientError.HttpStatus',
    meaning: 'A failing HTTP status without an answer of the API',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: WAIT,
  },
  {
    code: 'ClientError.MalformedAnswer',
    meaning: 'An answer that the API’s page does not describe',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: ENDPOINT,
  },
  {
    code: 'ClientError.MalformedCredentials',
    meaning: 'White space or characters outside ASCII in the key',
    errorClass: 'needsPerson',
    advice: 'Copy the key again.',
  },
  {
    code: 'ClientError.MissingCredentials',
    meaning: 'No source has a whole key',
    errorClass: 'needsPerson',
    advice: 'Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or another source that the README names.',
  },
  {
    code: 'ClientError.NetworkError',
    meaning: 'Any other failure of the network',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: NETWORK,
  },
  {
    code: 'ClientError.ProxyFailure',
    meaning: 'The proxy could not be reached or refused',
    errorClass: 'transient',
    advice: NETWORK,
  },
  {
    code: 'ClientError.Redirect',
    meaning: 'A redirect, which is not followed',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: ENDPOINT,
  },
  {
    code: 'ClientError.StatusCheckLost',
    meaning: 'The worker that made the status check was stopped in the middle of it',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: 'Nothing: another worker makes the next call.',
  },
  {
    code: 'ClientError.Timeout',
    meaning: 'No whole answer within the deadline of a call',
    errorClass: 'transient',
    mayHaveRun: true,
    advice: NETWORK,
  },
  {
    code: 'ClientError.TlsFailure',
    meaning: 'No trusted TLS connection',
    errorClass: 'transient',
    advice:
      'Check certificate, clock and proxy; NODE_EXTRA_CA_CERTS adds the certificate of a proxy that inspects TLS.',
  },
];

/**
 * Every error code that this project knows: its class is the one right behaviour for the status read, `mayHaveRun` is for
 * calls that write.
 */
export const ERROR_TABLE: readonly ErrorTableSection[] = [
  { title: 'Common codes of the API', entries: COMMON },
  { title: 'Codes of GetProvisioningTaskStatus', entries: THIS_ACTION },
  { title: 'Codes of other actions of the organization', entries: OTHER_ACTIONS },
  { title: 'Failures that this client sees', entries: THIS_CLIENT },
];

const ENTRIES = new Map(ERROR_TABLE.flatMap(({ entries }) => entries.map((entry) => [entry.code, entry] as const)));

/** What is done with a code that the table does not know. */
const UNKNOWN = {
  meaning: 'A code that the table does not know',
  errorClass: 'unknown',
  advice: 'Look the code up in the API’s documentation, and report it to the developers with the request id.',
} as const;

/**
 * Looks a code up: exactly, else by the part before its first dot, never by a part of a word.
 *
 * @param code - e.g. `RequestLimitExceeded.UinLimitExceeded`
 * @returns the row, its `code` being the one asked for; one of class `unknown` that may have run when there is none
 */
export function findErrorEntry(code: string): ErrorEntry {
  const exact = ENTRIES.get(code);
  if (exact) return exact;
  const family = ENTRIES.get(code.split('.', 1)[0] ?? code);
  if (family && family.coversSubcodes !== false) return { ...family, code };
  // Whatever the cloud has against a key, it says before it does anything.
  return { ...UNKNOWN, code, ...(!code.startsWith('AuthFailure.') && { mayHaveRun: true }) };
}
