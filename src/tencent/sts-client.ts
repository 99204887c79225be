import { asObject, createApi, malformedAnswer, withoutSecrets, type ApiAnswer, type ApiOptions } from './api-call';
import { withinDeadline, type CallDeadline } from './call-deadline';
import type { CredentialSource, IssuedCredentials } from './credentials/credentials';
import { readTemporaryKey } from './credentials/temporary-key';
import { CLIENT_ERRORS, TencentCloudError } from './errors';
import { callHealing } from './healing-call';
import type { Notify } from './notices';

/** Options of {@link createStsClient}. */
export interface StsClientOptions extends Pick<ApiOptions, 'endpoint' | 'transport' | 'clock' | 'observer'> {
  /** X-TC-Region, which STS needs whatever it is. Default `ap-guangzhou`. */
  region?: string | undefined;
  /** This machine's clock, epoch ms. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Default: nobody is told. */
  notify?: Notify | undefined;
  /** Bound of one call in ms, what is sent again included. Default 10,000. */
  deadlineMs?: number | undefined;
}

/** Who becomes which role. */
interface RoleSession {
  /** `qcs::cam::uin/…:roleName/…`. */
  roleArn: string;
  /** `[\w+=,.@-]{2,128}`; shown in the account's audit log. */
  sessionName: string;
}

/** What {@link StsClient.assumeRole} asks for. */
export interface AssumeRoleRequest extends RoleSession {
  /** At most 43,200. Default: that of STS, 7200. */
  durationSeconds?: number | undefined;
  /** Word that the role may demand. */
  externalId?: string | undefined;
}

/** What {@link StsClient.assumeRoleWithWebIdentity} asks for. */
export interface WebIdentityRequest extends RoleSession {
  /** Name of the identity provider in CAM. */
  providerId: string;
  webIdentityToken: string;
}

/**
 * The security token service. Its failures are `ClientError.CredentialsRefused` when a person must act and
 * `ClientError.CredentialsUnavailable` otherwise, with the word of STS in the message; those of the base key come out
 * as they are.
 */
export interface StsClient {
  /** @param credentials - gives the key that assumes the role */
  assumeRole(request: AssumeRoleRequest, credentials: CredentialSource): Promise<IssuedCredentials>;
  /** Sends the token unsigned. */
  assumeRoleWithWebIdentity(request: WebIdentityRequest): Promise<IssuedCredentials>;
}

const DEFAULT_REGION = 'ap-guangzhou';
/** Failures of the base key, which are not the word of STS. */
const CREDENTIAL_CODES: ReadonlySet<string> = new Set([
  CLIENT_ERRORS.credentialsRefused,
  CLIENT_ERRORS.credentialsUnavailable,
  CLIENT_ERRORS.malformedCredentials,
  CLIENT_ERRORS.missingCredentials,
]);

/** Makes a client of STS. */
export function createStsClient(options: StsClientOptions): StsClient {
  const { endpoint, transport, clock, observer, region = DEFAULT_REGION } = options;
  const { now = Date.now, notify = () => undefined, deadlineMs = 10_000 } = options;
  const call = createApi({ endpoint, transport, clock, observer, region, service: 'sts', version: '2018-08-13' });
  const obtain = async (
    roleArn: string,
    ask: (deadline: CallDeadline) => Promise<ApiAnswer>,
    webIdentityToken?: string,
  ): Promise<IssuedCredentials> => {
    try {
      const answer = await withinDeadline(deadlineMs, undefined, ask);
      const { Credentials: key, ExpiredTime } = answer.response;
      const issued = readTemporaryKey({ ...asObject(key), ExpiredTime }, answer.serverTimeSeconds, now);
      if (!issued) throw malformedAnswer('has no whole key with its end', answer);
      return issued;
    } catch (error) {
      throw toCredentialsError(error, roleArn, webIdentityToken);
    }
  };
  return {
    assumeRole({ roleArn, sessionName, durationSeconds, externalId }, credentials) {
      const parameters = {
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        ...(durationSeconds !== undefined && { DurationSeconds: durationSeconds }),
        ...(externalId !== undefined && { ExternalId: externalId }),
      };
      return obtain(roleArn, (deadline) =>
        callHealing((key) => call('AssumeRole', parameters, key, deadline), { credentials, clock, notify }, deadline),
      );
    },
    assumeRoleWithWebIdentity({ roleArn, sessionName, providerId, webIdentityToken }) {
      const parameters = {
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        ProviderId: providerId,
        WebIdentityToken: webIdentityToken,
      };
      return obtain(
        roleArn,
        (deadline) => call('AssumeRoleWithWebIdentity', parameters, 'skip', deadline),
        webIdentityToken,
      );
    },
  };
}

/** With its own code a failure of STS would read as one of the task's call: no such role as no such task. */
function toCredentialsError(error: unknown, roleArn: string, webIdentityToken: string | undefined): unknown {
  if (!(error instanceof TencentCloudError) || CREDENTIAL_CODES.has(error.code)) return error;
  const { code, errorClass, requestId, httpStatus, retryAfterSeconds } = error;
  const word = withoutSecrets(error.message, [webIdentityToken]);
  const said = `${code}: ${word}${requestId ? ` (request id ${requestId})` : ''}`;
  const details = { requestId, httpStatus, retryAfterSeconds, cause: word === error.message ? error : undefined };
  return errorClass === 'transient' || errorClass === 'throttled'
    ? new TencentCloudError(
        CLIENT_ERRORS.credentialsUnavailable,
        `STS gave no key for role ${roleArn}: ${said}`,
        details,
      )
    : new TencentCloudError(
        CLIENT_ERRORS.credentialsRefused,
        `STS refused to assume role ${roleArn}: ${said}`,
        details,
      );
}
