import type { Environment } from '../environment';
import type { StsClient } from '../sts-client';
import { MissingCredentialsError, type CredentialProvider } from './credentials';
import { roleSessionName } from './role-session';
import { joinNames, readNamedFile, settingOf } from './settings';

const VARIABLES = ['TKE_REGION', 'TKE_PROVIDER_ID', 'TKE_WEB_IDENTITY_TOKEN_FILE', 'TKE_ROLE_ARN'] as const;

/** What is said when nothing of a TKE identity is set. */
export const TKE_LACKS = `${joinNames(VARIABLES)} are not set`;

/** Tells whether the environment names an identity of a TKE pod, or a part of one. */
export function isTkeConfigured(env: Environment): boolean {
  return VARIABLES.some((name) => settingOf(env, name));
}

/**
 * Makes a provider of keys of the role that a pod's token stands for.
 *
 * @param stsOf - makes the client of a region
 */
export function createTkeOidcProvider(env: Environment, stsOf: (region: string) => StsClient): CredentialProvider {
  return {
    description: 'the OIDC token of the pod',
    async issue() {
      const [region, providerId, tokenFile, roleArn] = VARIABLES.map((name) => settingOf(env, name));
      if (!region || !providerId || !tokenFile || !roleArn) throw new MissingCredentialsError([lackOf(env)]);
      return stsOf(region).assumeRoleWithWebIdentity({
        roleArn,
        sessionName: roleSessionName(env),
        providerId,
        // Afresh: it rotates.
        webIdentityToken: readNamedFile(tokenFile, 'TKE_WEB_IDENTITY_TOKEN_FILE'),
      });
    },
  };
}

function lackOf(env: Environment): string {
  const missing = VARIABLES.filter((name) => !settingOf(env, name));
  const given = VARIABLES.filter((name) => settingOf(env, name));
  return given.length === 0 ? TKE_LACKS : `the environment has ${joinNames(given)} but no ${joinNames(missing)}`;
}
