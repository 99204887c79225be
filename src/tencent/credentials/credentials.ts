import { CLIENT_ERRORS, TencentCloudError } from '../errors';

/** A key of the cloud; `token` only with temporary credentials. */
export interface Credentials {
  secretId: string;
  secretKey: string;
  token?: string;
}

/** A key and, when it is temporary, its end. */
export interface IssuedCredentials extends Credentials {
  /** By this machine's clock, epoch ms. */
  expiresAtMs?: number;
}

/** Where keys come from: one place, never another identity. */
export interface CredentialProvider {
  /** For people, without any secret: `the environment`, `role … through STS`. */
  description: string;
  /**
   * Reads or issues the key afresh, without any memory.
   *
   * @throws TencentCloudError of a credentials code
   */
  issue(): Promise<IssuedCredentials>;
}

/** Gives the key of each request. */
export interface CredentialSource {
  /** As {@link CredentialProvider.description}. */
  description: string;
  /**
   * Gives the key to sign the next request with; ask for each request, so that rotated keys are picked up.
   *
   * @param signal - ends this caller's wait only
   * @throws TencentCloudError of a credentials code
   */
  get(signal?: AbortSignal): Promise<IssuedCredentials>;
  /**
   * Gives a key to send a refused request again with: a fresh one, unless another caller has renewed it meanwhile.
   *
   * @param refused - the key that the cloud refused
   * @throws TencentCloudError of a credentials code
   */
  renew(refused: Credentials, signal?: AbortSignal): Promise<IssuedCredentials>;
}

/** Tells that no source has a whole key. */
export class MissingCredentialsError extends TencentCloudError {
  override readonly name = 'MissingCredentialsError';

  /** @param tried - one clause for each source, naming what it lacks */
  constructor(readonly tried: readonly string[]) {
    super(CLIENT_ERRORS.missingCredentials, `No Tencent Cloud credentials: ${tried.join('; ')}`);
  }
}

/**
 * Refuses a key that cannot be sent: it would come back as one more riddle of the cloud's AuthFailure codes, or look
 * like a fault of the network.
 *
 * @throws MissingCredentialsError when id or key is empty
 * @throws TencentCloudError `ClientError.MalformedCredentials` naming every field with characters that no key has
 */
export function checkCredentials(credentials: Credentials): void {
  const missing = (['secretId', 'secretKey'] as const).filter((field) => !credentials[field]);
  if (missing.length > 0) throw new MissingCredentialsError(missing.map((field) => `${field} is empty`));
  const malformed = (['secretId', 'secretKey', 'token'] as const).filter(
    (field) => !/^[\x21-\x7e]*$/.test(credentials[field] ?? ''),
  );
  if (malformed.length === 0) return;
  const message = `The credentials are damaged: white space or characters outside ASCII in ${malformed.join(' and ')}. Copy them again`;
  throw new TencentCloudError(CLIENT_ERRORS.malformedCredentials, message);
}

/** Tells whether two keys are the same. */
export function isSameKey(one: Credentials, other: Credentials): boolean {
  return one.secretId === other.secretId && one.secretKey === other.secretKey && one.token === other.token;
}
