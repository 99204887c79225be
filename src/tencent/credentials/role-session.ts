import type { Environment } from '../environment';
import { MissingCredentialsError } from './credentials';
import { settingOf } from './settings';

/**
 * Reads the name under which a role is assumed: TENCENTCLOUD_ROLE_SESSION_NAME, default `provisioning-worker`.
 *
 * @throws MissingCredentialsError when STS would refuse it
 */
export function roleSessionName(env: Environment): string {
  const name = settingOf(env, 'TENCENTCLOUD_ROLE_SESSION_NAME') ?? 'provisioning-worker';
  if (/^[\w+=,.@-]{2,128}$/.test(name)) return name;
  throw new MissingCredentialsError([
    `TENCENTCLOUD_ROLE_SESSION_NAME must be 2 to 128 letters, digits or characters of _+=,.@-, got "${name}"`,
  ]);
}
