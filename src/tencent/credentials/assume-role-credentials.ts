import type { Environment } from '../environment';
import type { StsClient } from '../sts-client';
import { MissingCredentialsError, type CredentialProvider, type CredentialSource } from './credentials';
import { roleSessionName } from './role-session';
import { settingOf } from './settings';

const MAX_DURATION_SECONDS = 43_200;

/** Options of {@link createAssumeRoleProvider}. */
export interface AssumeRoleOptions {
  roleArn: string;
  /** TENCENTCLOUD_ROLE_SESSION_NAME, TENCENTCLOUD_ROLE_SESSION_DURATION, TENCENTCLOUD_ROLE_EXTERNAL_ID. */
  env: Environment;
  /** Of the key that assumes the role. */
  base: CredentialSource;
  sts: StsClient;
}

/** Returns the role that TENCENTCLOUD_ROLE_ARN names; undefined when it is not set. */
export function namedRole(env: Environment): string | undefined {
  return settingOf(env, 'TENCENTCLOUD_ROLE_ARN');
}

/** Makes a provider of keys of a role that another key assumes. */
export function createAssumeRoleProvider({ roleArn, env, base, sts }: AssumeRoleOptions): CredentialProvider {
  return {
    get description() {
      return `role ${roleArn} through STS with the key from ${base.description}`;
    },
    // Async, so that faults of the settings are rejections too.
    async issue() {
      const request = {
        roleArn,
        sessionName: roleSessionName(env),
        durationSeconds: durationSeconds(env),
        externalId: settingOf(env, 'TENCENTCLOUD_ROLE_EXTERNAL_ID'),
      };
      return sts.assumeRole(request, base);
    },
  };
}

function durationSeconds(env: Environment): number {
  const value = settingOf(env, 'TENCENTCLOUD_ROLE_SESSION_DURATION') ?? '7200';
  const seconds = Number(value);
  if (/^\d+$/.test(value) && seconds >= 1 && seconds <= MAX_DURATION_SECONDS) return seconds;
  throw new MissingCredentialsError([
    `TENCENTCLOUD_ROLE_SESSION_DURATION must be whole seconds from 1 to ${MAX_DURATION_SECONDS}, got "${value}"`,
  ]);
}
