import type { Environment } from '../environment';
import { MissingCredentialsError, type CredentialProvider, type Credentials } from './credentials';
import { readSecret, secretVariable } from './settings';

/** Names of the token among the tools of the cloud; the first that is set is used. */
export const TOKEN_VARIABLES = [
  'TENCENTCLOUD_SESSION_TOKEN',
  'TENCENTCLOUD_TOKEN',
  'TENCENTCLOUD_SECURITY_TOKEN',
] as const;

const ID = 'TENCENTCLOUD_SECRET_ID';
const KEY = 'TENCENTCLOUD_SECRET_KEY';

/** What is said when the environment has no key. */
export const ENVIRONMENT_LACKS = `${ID} and ${KEY} are not set`;

/** Tells whether the environment names a key, or half of one. */
export function isEnvironmentConfigured(env: Environment): boolean {
  return [ID, KEY].some((name) => secretVariable(env, name));
}

/**
 * Makes a provider of the key in TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and one of the token's variables, or in
 * the files that `<variable>_FILE` name.
 */
export function createEnvironmentProvider(env: Environment): CredentialProvider {
  return { description: 'the environment', issue: () => Promise.resolve().then(() => readKey(env)) };
}

function readKey(env: Environment): Credentials {
  const secretId = readSecret(env, ID);
  const secretKey = readSecret(env, KEY);
  if (!secretId || !secretKey) throw new MissingCredentialsError([lackOf(env)]);
  const tokenName = TOKEN_VARIABLES.find((name) => secretVariable(env, name));
  const token = tokenName && readSecret(env, tokenName);
  return { secretId, secretKey, ...(token && { token }) };
}

function lackOf(env: Environment): string {
  const [given] = [ID, KEY].flatMap((name) => secretVariable(env, name) ?? []);
  return given ? `the environment has ${given} but no ${given.startsWith(ID) ? KEY : ID}` : ENVIRONMENT_LACKS;
}
