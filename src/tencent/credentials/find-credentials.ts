import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLIENT_ERRORS, TencentCloudError } from './errors';

/** A key of the cloud; `token` only with temporary credentials. */
export interface Credentials {
  secretId: string;
  secretKey: string;
  token?: string;
}

/** Gives the credentials of one request; asked again for each, so that rotated keys are picked up. */
export type CredentialSource = () => Promise<Credentials>;

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const TOKEN_VARIABLES = ['TENCENTCLOUD_SESSION_TOKEN', 'TENCENTCLOUD_TOKEN', 'TENCENTCLOUD_SECURITY_TOKEN'] as const;
const SYSTEM_FILE = '/etc/tencentcloud/credentials';

/** Tells that no source has a whole key; class `auth`. */
export class MissingCredentialsError extends TencentCloudError {
  override readonly name = 'MissingCredentialsError';

  /** @param tried - one clause for each source, naming what it lacks */
  constructor(readonly tried: readonly string[]) {
    super(CLIENT_ERRORS.missingCredentials, `No Tencent Cloud credentials: ${tried.join('; ')}`);
  }
}

/**
 * Reads TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and the first of TENCENTCLOUD_SESSION_TOKEN,
 * TENCENTCLOUD_TOKEN and TENCENTCLOUD_SECURITY_TOKEN.
 *
 * @returns undefined when neither id nor key is set
 * @throws MissingCredentialsError when only one of them is: another source could be another identity
 */
export function credentialsFromEnvironment(env: Environment): Credentials | undefined {
  const token = TOKEN_VARIABLES.map((name) => env[name]?.trim()).find(Boolean);
  return wholeKey(env.TENCENTCLOUD_SECRET_ID, env.TENCENTCLOUD_SECRET_KEY, token, {
    id: 'TENCENTCLOUD_SECRET_ID',
    key: 'TENCENTCLOUD_SECRET_KEY',
    place: 'the environment',
  });
}

/**
 * Looks in the environment, then in the shared file: TENCENTCLOUD_CREDENTIALS_FILE, or else
 * `~/.tencentcloud/credentials`, or else `/etc/tencentcloud/credentials`.
 *
 * @param homeDir - the user's home directory
 * @returns undefined when no source has any
 * @throws MissingCredentialsError when a source has half a key
 * @throws TencentCloudError `ClientError.CredentialsUnavailable` when a file exists but cannot be read
 */
export function findCredentials(env: Environment, homeDir: string): Credentials | undefined {
  const fromEnvironment = credentialsFromEnvironment(env);
  if (fromEnvironment) return fromEnvironment;
  for (const path of credentialFiles(env, homeDir)) {
    const found = credentialsFromFile(path);
    if (found) return found;
  }
  return undefined;
}

/**
 * Makes a source that runs {@link findCredentials} for every request.
 *
 * Its promise rejects with MissingCredentialsError, naming every source tried, when there are none, and as
 * {@link checkCredentials} does when they cannot be sent.
 */
export function createCredentialSource(env: Environment, homeDir: string): CredentialSource {
  const find = (): Credentials => {
    const found = findCredentials(env, homeDir);
    if (!found) {
      throw new MissingCredentialsError([
        'TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set',
        ...credentialFiles(env, homeDir).map((path) => `${path} does not exist or has no key under [default]`),
      ]);
    }
    checkCredentials(found);
    return found;
  };
  // What it throws becomes a rejection.
  return () => Promise.resolve().then(find);
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

function credentialFiles(env: Environment, homeDir: string): string[] {
  const given = env.TENCENTCLOUD_CREDENTIALS_FILE;
  return given ? [given] : [join(homeDir, '.tencentcloud', 'credentials'), SYSTEM_FILE];
}

function credentialsFromFile(path: string): Credentials | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new TencentCloudError(CLIENT_ERRORS.credentialsUnavailable, `Cannot read the credentials file ${path}`, {
      cause,
    });
  }
  const section = defaultSection(text);
  const names = { id: 'secret_id', key: 'secret_key', place: path };
  return wholeKey(section.get('secret_id'), section.get('secret_key'), section.get('token'), names);
}

function defaultSection(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[(.*)\]\s*$/.exec(line);
    if (header) section = (header[1] ?? '').trim();
    const pair = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair?.[1] && section === 'default') values.set(pair[1], pair[2] ?? '');
  }
  return values;
}

function wholeKey(
  givenId: string | undefined,
  givenKey: string | undefined,
  token: string | undefined,
  names: { id: string; key: string; place: string },
): Credentials | undefined {
  const secretId = givenId?.trim();
  const secretKey = givenKey?.trim();
  if (!secretId && !secretKey) return undefined;
  if (!secretId) throw new MissingCredentialsError([`${names.place} has ${names.key} but no ${names.id}`]);
  if (!secretKey) throw new MissingCredentialsError([`${names.place} has ${names.id} but no ${names.key}`]);
  return { secretId, secretKey, ...(token && { token }) };
}
