import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { type EmulatorAccount } from './accounts';

/** An API error: the documented code and a message for people. */
export interface Refusal {
  code: string;
  message: string;
}

/** The parts of a TC3 Authorization header. */
export interface Authorization {
  secretId: string;
  /** Credential-scope date, `YYYY-MM-DD`. */
  date: string;
  service: string;
  terminator: string;
  signedHeaders: string[];
  signature: string;
}

/** What {@link verifyRequest} checks: the body as the bytes received. */
export interface SignedRequest {
  /** Service that the credential scope must name. */
  service: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** The three keys of TC3 key derivation, each applied to the next part of the credential scope. */
export interface DerivedKeys {
  date: Buffer;
  service: Buffer;
  signing: Buffer;
}

const ALGORITHM = 'TC3-HMAC-SHA256';
const TERMINATOR = 'tc3_request';
const ALLOWED_SKEW_SECONDS = 300;
// Lengths and alphabet of ids and signatures are left open: a wrong value is a wrong key or signature, not bad syntax.
const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/,]+)\/([^/,]+)\/([^/,]+)\/([^/,]+), ?SignedHeaders=([^,\s]+), ?Signature=(\S+)$/;

/** Hashes `data` with SHA-256 and returns lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Returns the UTC date (`YYYY-MM-DD`) of an epoch in seconds, whatever the local time zone. */
export function utcDate(timestampSeconds: number): string {
  return new Date(timestampSeconds * 1000).toISOString().slice(0, 10);
}

/** Builds the canonical form of a POST to `/`; `headers` must hold every name in `signedHeaders`. */
export function canonicalRequest(
  headers: Readonly<Record<string, string>>,
  signedHeaders: readonly string[],
  body: string | Uint8Array,
): string {
  const lines = signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().toLowerCase()}\n`);
  return `POST\n/\n\n${lines.join('')}\n${signedHeaders.join(';')}\n${sha256Hex(body)}`;
}

/** Builds the string that is signed; `timestamp` in epoch seconds decides the scope's date. */
export function stringToSign(timestamp: number, service: string, canonical: string): string {
  return `${ALGORITHM}\n${timestamp}\n${utcDate(timestamp)}/${service}/${TERMINATOR}\n${sha256Hex(canonical)}`;
}

/** Derives the date, service and signing keys from a secret key; `date` is `YYYY-MM-DD` in UTC. */
export function deriveKeys(secretKey: string, date: string, service: string): DerivedKeys {
  const dateKey = hmac(`TC3${secretKey}`, date);
  const serviceKey = hmac(dateKey, service);
  return { date: dateKey, service: serviceKey, signing: hmac(serviceKey, TERMINATOR) };
}

/** Signs `text` with a signing key and returns lower-case hex. */
export function signatureOf(signingKey: Uint8Array, text: string): string {
  return hmac(signingKey, text).toString('hex');
}

/** Splits an Authorization header into its parts; `undefined` when it is not a well-formed TC3 header. */
export function parseAuthorization(value: string): Authorization | undefined {
  const [, secretId, date, service, terminator, signedHeaders, signature] = AUTHORIZATION.exec(value) ?? [];
  if (!secretId || !date || !service || !terminator || !signedHeaders || !signature) return undefined;
  return { secretId, date, service, terminator, signedHeaders: signedHeaders.split(';'), signature };
}

/**
 * Verifies key, clock, signature and token of a request, in that order.
 *
 * The Host header counts exactly as received, port included: a client that signs the bare host name is refused when
 * it talks to a port.
 *
 * @param nowMs - the clock that the cloud shows, epoch ms; a timestamp more than 300 s off either way is refused
 * @returns the account that signed, or the documented refusal
 */
export function verifyRequest(
  request: SignedRequest,
  accounts: readonly EmulatorAccount[],
  nowMs: number,
): { account: EmulatorAccount } | { refusal: Refusal } {
  const { headers } = request;
  const stamp = headers['x-tc-timestamp'];
  if (!stamp) return refuse('MissingParameter', 'The request is missing the header `X-TC-Timestamp`.');
  if (!/^\d{1,11}$/.test(stamp)) return refuse('InvalidParameter', '`X-TC-Timestamp` must be an epoch in seconds.');
  const timestamp = Number(stamp);

  const parsed = parseAuthorization(headers['authorization'] ?? '');
  if (!parsed) {
    return refuse('AuthFailure.InvalidAuthorization', 'The `Authorization` header is missing or not well-formed.');
  }
  const account = accounts.find(({ secretId }) => secretId === parsed.secretId);
  if (!account || account.disabled) return refuse('AuthFailure.SecretIdNotFound', 'The SecretId is not found.');

  const serverSeconds = Math.floor(nowMs / 1000);
  if (Math.abs(serverSeconds - timestamp) > ALLOWED_SKEW_SECONDS) {
    return refuse(
      'AuthFailure.SignatureExpire',
      'Signature expired. Please use local time and enable NTP service: more than 5 minutes of deviation between ' +
        `\`Timestamp\` and the server time ${serverSeconds}.`,
    );
  }
  if (!isSignedBy(account, parsed, timestamp, request)) {
    return refuse('AuthFailure.SignatureFailure', 'The provided credentials could not be validated.');
  }
  if ((headers['x-tc-token'] ?? '') !== (account.token ?? '')) {
    return refuse('AuthFailure.TokenFailure', 'The token is wrong for this SecretId.');
  }
  if (account.expiresAt !== undefined && nowMs >= account.expiresAt) {
    return refuse('AuthFailure.TokenFailure', 'The token has expired.');
  }
  return { account };
}

function isSignedBy(
  account: EmulatorAccount,
  parsed: Authorization,
  timestamp: number,
  request: SignedRequest,
): boolean {
  const { headers, body } = request;
  const { date, service, terminator, signedHeaders, signature } = parsed;
  const scopeIsRight = date === utcDate(timestamp) && service === request.service && terminator === TERMINATOR;
  const headersAreRight =
    ['content-type', 'host'].every((name) => signedHeaders.includes(name)) &&
    signedHeaders.every((name) => name === name.toLowerCase() && headers[name] !== undefined) &&
    signedHeaders.every((name, i) => i === 0 || (signedHeaders[i - 1] ?? '') < name);
  if (!scopeIsRight || !headersAreRight) return false;

  const text = stringToSign(timestamp, service, canonicalRequest(headers, signedHeaders, body));
  const expected = Buffer.from(signatureOf(deriveKeys(account.secretKey, date, service).signing, text));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refuse(code: string, message: string): { refusal: Refusal } {
  return { refusal: { code, message } };
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
