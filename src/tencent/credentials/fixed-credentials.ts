import type { CredentialProvider, Credentials, CredentialSource } from './credentials';

const DESCRIPTION = 'a given key';

/** Makes a provider of the key that the program gives. */
export function createFixedProvider(key: Credentials): CredentialProvider {
  return { description: DESCRIPTION, issue: () => Promise.resolve(key) };
}

/** Makes a source of one key that is never renewed. */
export function fixedCredentials(key: Credentials): CredentialSource {
  return { description: DESCRIPTION, get: () => Promise.resolve(key), renew: () => Promise.resolve(key) };
}
