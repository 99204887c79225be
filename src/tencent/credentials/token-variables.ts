import type { Environment } from '../environment';
import { isEnvironmentConfigured, TOKEN_VARIABLES } from './environment-credentials';
import { secretVariable, settingOf } from './settings';

/**
 * Lists what is doubtful about the key in the environment, one sentence each: its token has three names, and tools
 * disagree about them. No sentence holds a value.
 */
export function credentialWarnings(env: Environment): string[] {
  if (!isEnvironmentConfigured(env)) return [];
  const [used, ...others] = TOKEN_VARIABLES.flatMap((name) => secretVariable(env, name) ?? []);
  if (!used) return [];
  return others
    .filter(
      (other) => used.endsWith('_FILE') !== other.endsWith('_FILE') || settingOf(env, used) !== settingOf(env, other),
    )
    .map((other) =>
      used.endsWith('_FILE') || other.endsWith('_FILE')
        ? `${used} and ${other} are both set; ${used} is used`
        : `${used} and ${other} have different values; ${used} is used`,
    );
}
