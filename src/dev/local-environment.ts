import { NO_TEMPORAL_FILE } from '../config/temporal';

const KEPT = ['TEMPORAL_CLI_PATH', 'TEMPORAL_TEST_SERVER_PATH'];

/**
 * Returns the environment without Temporal's own settings, so that a client or server on this machine is not sent
 * elsewhere, or told to use TLS, by what was set up for a real cluster.
 */
export function withoutTemporalSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_') || KEPT.includes(name));
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: NO_TEMPORAL_FILE };
}
