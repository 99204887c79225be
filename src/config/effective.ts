import { readConfigFile, type Origin } from './config-file';
import { SCHEMA } from './schema';
import { readTemporalConfig } from './temporal';
import { valueOf } from './variables';

/** What holds for one variable. */
export interface EffectiveValue {
  name: string;
  /** Absent when nothing is set and there is no default, and for a secret. */
  value?: string;
  origin?: Origin;
  /** Set, but never shown. */
  isHidden?: true;
}

/**
 * Tells what holds for every variable of the schema, and where from. Values of secrets are left out.
 *
 * @param env - without what the configuration file adds
 */
export function effectiveConfig(env: NodeJS.ProcessEnv): EffectiveValue[] {
  const { added } = readConfigFile(env);
  const ofTemporalFile = temporalFileValues({ ...env, ...added });
  return SCHEMA.flatMap(({ entries }) => entries).map(({ name, defaultValue, isSecret }) => {
    const sources: [Origin, string | undefined][] = [
      ['environment', valueOf(env, name)],
      ['file', added[name]],
      ['temporal-file', ofTemporalFile[name]],
      ['default', defaultValue],
    ];
    const [origin, value] = sources.find(([, found]) => found !== undefined) ?? [];
    if (origin === undefined || value === undefined) return { name };
    return isSecret ? { name, origin, isHidden: true } : { name, origin, value };
  });
}

function temporalFileValues(env: NodeJS.ProcessEnv): Partial<Record<string, string>> {
  try {
    const { address, namespace } = readTemporalConfig(env);
    const values = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    const defaults: readonly string[] = ['localhost:7233', 'default'];
    return Object.fromEntries(Object.entries(values).filter(([, value]) => !defaults.includes(value)));
  } catch {
    // A fault, which the check tells.
    return {};
  }
}
