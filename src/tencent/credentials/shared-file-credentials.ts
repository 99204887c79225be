import { join } from 'node:path';

import type { Environment } from '../environment';
import type { TencentCloudError } from '../errors';
import { MissingCredentialsError, type CredentialProvider, type Credentials } from './credentials';
import { readFile, settingOf } from './settings';

const SYSTEM_FILE = '/etc/tencentcloud/credentials';

/** Returns the file that TENCENTCLOUD_CREDENTIALS_FILE names; undefined when it is not set. */
export function namedSharedFile(env: Environment): string | undefined {
  return settingOf(env, 'TENCENTCLOUD_CREDENTIALS_FILE');
}

/**
 * Lists where the shared file may be: where TENCENTCLOUD_CREDENTIALS_FILE says, or else `~/.tencentcloud/credentials`,
 * then `/etc/tencentcloud/credentials`.
 *
 * @param homeDir - the user's home directory
 */
export function sharedFilePaths(env: Environment, homeDir: string): string[] {
  const named = namedSharedFile(env);
  return named === undefined ? [join(homeDir, '.tencentcloud', 'credentials'), SYSTEM_FILE] : [named];
}

/** Says what a path lacks. */
export function sharedFileLacks(path: string): string {
  return `${path} does not exist or has no key under [default]`;
}

/** Tells whether a file has a key, or should: half of one and an unreadable file count too. */
export function isSharedFile(path: string): boolean {
  try {
    return readKey(path) !== undefined;
  } catch {
    return true;
  }
}

/** Makes a provider of the `secret_id`, `secret_key` and `token` under `[default]` in a file. */
export function createSharedFileProvider(path: string): CredentialProvider {
  const read = (): Credentials => {
    const key = readKey(path);
    if (!key) throw new MissingCredentialsError([sharedFileLacks(path)]);
    return key;
  };
  return { description: `the credentials file ${path}`, issue: () => Promise.resolve().then(read) };
}

function readKey(path: string): Credentials | undefined {
  const section = defaultSection(readIfExists(path));
  const secretId = section.get('secret_id');
  const secretKey = section.get('secret_key');
  const token = section.get('token');
  if (!secretId && !secretKey) return undefined;
  if (!secretId) throw new MissingCredentialsError([`${path} has secret_key but no secret_id`]);
  if (!secretKey) throw new MissingCredentialsError([`${path} has secret_id but no secret_key`]);
  return { secretId, secretKey, ...(token && { token }) };
}

function readIfExists(path: string): string {
  try {
    return readFile(path, 'the credentials file');
  } catch (error) {
    const { code } = (error as TencentCloudError).cause as NodeJS.ErrnoException;
    // The latter with a home directory such as /dev/null.
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw error;
  }
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
