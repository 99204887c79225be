import Sign from 'tencentcloud-sdk-nodejs-common/tencentcloud/common/sign';

/** What a signature covers, and the key that it is made with. */
export interface SignOptions {
  secretId: string;
  secretKey: string;
  /** The Host header as sent, without a port: the official signer cannot sign one. */
  host: string;
  /** The Content-Type header as sent. */
  contentType: string;
  /** The body as sent. */
  body: string;
  /** The X-TC-Timestamp header: epoch seconds. */
  timestampSeconds: number;
  /** Product of the API. */
  service: string;
}

/**
 * Signs a `POST /` with TC3-HMAC-SHA256, by the official SDK's signer.
 *
 * @returns the value of the Authorization header
 */
export function signRequest(options: SignOptions): string {
  const { secretId, secretKey, host, contentType, body, timestampSeconds, service } = options;
  return Sign.sign3({
    method: 'POST',
    url: `https://${host}/`,
    // As bytes: the signer would serialize anything else once more.
    payload: Buffer.from(body),
    timestamp: timestampSeconds,
    service,
    secretId,
    secretKey,
    multipart: false,
    boundary: '',
    headers: { 'Content-Type': contentType },
  });
}
