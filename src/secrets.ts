import { TOKEN_VARIABLES, type Environment } from './tencent';

/** What must not be shown to anybody. */
export interface Secrets {
  /** Hides values from now on; undefined is nothing to hide. */
  add(...values: readonly (string | undefined)[]): void;
  /** Replaces every known secret by `…`. */
  hide(text: string): string;
}

const VARIABLES = ['TENCENTCLOUD_SECRET_ID', 'TENCENTCLOUD_SECRET_KEY', ...TOKEN_VARIABLES, 'TEMPORAL_API_KEY'];

/** Remembers the secrets of the environment and those added: a server may quote in its refusal what it refuses. */
export function createSecrets(env: Environment): Secrets {
  const known = new Set<string>();
  const add: Secrets['add'] = (...values) => {
    for (const value of values) if (value?.trim()) known.add(value.trim());
  };
  add(...VARIABLES.map((name) => env[name]));
  return {
    add,
    hide: (text) => [...known].reduce((shown, secret) => shown.replaceAll(secret, '…'), text),
  };
}
