import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';

import type { Environment } from '../environment';
import { CLIENT_ERRORS, TencentCloudError } from '../errors';
import { MissingCredentialsError } from './credentials';

/** Reads a variable; an empty one counts as not set, because a compose file cannot leave one out. */
export function settingOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** Names the variable that gives a secret: itself, or the one of the file that holds it; undefined when neither does. */
export function secretVariable(env: Environment, name: string): string | undefined {
  return [name, `${name}_FILE`].find((variable) => settingOf(env, variable));
}

/**
 * Reads a secret from its variable, or from the file that `<name>_FILE` names.
 *
 * @returns undefined when neither is set
 * @throws MissingCredentialsError when both are set, or the file is empty
 * @throws TencentCloudError `ClientError.CredentialsUnavailable` when the file cannot be read
 */
export function readSecret(env: Environment, name: string): string | undefined {
  const value = settingOf(env, name);
  const path = settingOf(env, `${name}_FILE`);
  if (path === undefined) return value;
  if (value !== undefined) throw new MissingCredentialsError([`set only one of ${name} and ${name}_FILE`]);
  return readNamedFile(path, `${name}_FILE`);
}

/**
 * Reads the file that a variable names.
 *
 * @returns its content, trimmed
 * @throws MissingCredentialsError when it is empty, or its path not absolute
 * @throws TencentCloudError `ClientError.CredentialsUnavailable` when it cannot be read
 */
export function readNamedFile(path: string, variable: string): string {
  // A secret itself instead of its path must not be told.
  if (!isAbsolute(path)) throw new MissingCredentialsError([`${variable} must be the absolute path of a file`]);
  const content = readFile(path, `the file of ${variable}`).trim();
  if (!content) throw new MissingCredentialsError([`${path}, the file of ${variable}, is empty`]);
  return content;
}

/**
 * Reads a file.
 *
 * @param what - for people: what the file is
 * @throws TencentCloudError `ClientError.CredentialsUnavailable` with the operating system's error as its cause
 */
export function readFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `Cannot read ${what} ${path}${code ? ` (${code})` : ''}`;
    throw new TencentCloudError(CLIENT_ERRORS.credentialsUnavailable, message, { cause });
  }
}

/** Lists names as a sentence does: `A, B and C`. */
export function joinNames(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names);
}
