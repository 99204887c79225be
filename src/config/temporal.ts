import { loadClientConnectConfig } from '@temporalio/envconfig';

import { messageOf } from '../sentences';

import { ConfigurationError } from './configuration-error';

/** How to reach the Temporal server: the Temporal CLI's variables and configuration file. */
export interface TemporalConfig {
  connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  /** `host:port`. */
  address: string;
  namespace: string;
}

/** Channel arguments of a client that goes to the server as a worker does, which takes no proxy on its way. */
export const WITHOUT_PROXY = { 'grpc.enable_http_proxy': 0 } as const;

/**
 * Reads how to reach the Temporal server.
 *
 * @throws ConfigurationError naming the file or variable that cannot be used
 */
export function readTemporalConfig(): TemporalConfig {
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    return { connectionOptions, namespace, address: connectionOptions.address ?? 'localhost:7233' };
  } catch (error) {
    const file = process.env.TEMPORAL_CONFIG_FILE ?? 'its default file';
    // The lines after the first quote the file, where a key may stand.
    const [fault = ''] = messageOf(error).trim().split('\n', 1);
    throw new ConfigurationError([
      `Temporal's client configuration (TEMPORAL_* variables, ${file}) cannot be read: ${fault}`,
    ]);
  }
}
