import { ConfigurationError, readWorkerSettings, type TemporalConfig } from '../config';
import { readTemporalConfig } from '../config/temporal';
import { peerOf, type Peer } from '../peer';
import { isLoopback, type CloudSettings } from '../tencent';

import { failed, ok, warning, type Step } from './check';

/** What the configuration gives to the other checks; a part that is at fault is left out. */
export interface Configured {
  temporal?: { config: TemporalConfig; peer: Peer };
  cloud?: CloudSettings;
}

/**
 * Makes the check of the configuration of worker and connection.
 *
 * @param configured - gets what can be used
 */
export function createConfigurationStep(env: NodeJS.ProcessEnv, configured: Configured): Step {
  const next = 'Correct the variables that are named; the README lists them all';
  return {
    name: 'configuration',
    next,
    run() {
      const faults: string[] = [];
      const warnings: string[] = [];
      try {
        configured.temporal = readTemporal();
      } catch (error) {
        faults.push(...faultsOf(error));
      }
      try {
        const { cloud, warnings: told } = readWorkerSettings(env);
        configured.cloud = cloud;
        warnings.push(...told, ...endpointWarnings(cloud), ...verificationWarnings(env));
      } catch (error) {
        faults.unshift(...faultsOf(error));
      }
      if (faults.length > 0) return Promise.resolve(failed([...faults, ...warnings].join('; '), next));
      return Promise.resolve(warnings.length > 0 ? warning(warnings.join('; '), next) : ok(summaryOf(configured)));
    },
  };
}

function readTemporal(): NonNullable<Configured['temporal']> {
  const config = readTemporalConfig();
  const peer = peerOf(config.address, 7233);
  if (peer) return { config, peer };
  throw new ConfigurationError([`TEMPORAL_ADDRESS must be host:port, got "${config.address}"`]);
}

function faultsOf(error: unknown): string[] {
  if (!(error instanceof ConfigurationError)) throw error;
  return [...error.faults];
}

/** Lists what is doubtful about the endpoints that get signed calls. */
export function endpointWarnings({ endpoint, stsEndpoint }: CloudSettings): string[] {
  const named = { PROVISIONING_ENDPOINT: endpoint, PROVISIONING_STS_ENDPOINT: stsEndpoint };
  return Object.entries(named).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const { hostname, protocol } = new URL(value);
    if (isLoopback(hostname)) return [];
    return [
      ...(hostname.endsWith('.tencentcloudapi.com') ? [] : [`${name}: ${hostname} is not a host of Tencent Cloud`]),
      ...(protocol === 'https:' ? [] : [`${name}: http, so calls can be read and changed on their way`]),
    ];
  });
}

function verificationWarnings({ NODE_TLS_REJECT_UNAUTHORIZED: setting }: NodeJS.ProcessEnv): string[] {
  return setting === '0' ? ['NODE_TLS_REJECT_UNAUTHORIZED is 0, so calls trust any certificate'] : [];
}

function summaryOf({ temporal, cloud }: Configured): string {
  const { address, namespace } = temporal?.config ?? {};
  return `Temporal at ${address}, namespace "${namespace}"; the cloud at ${cloud && new URL(cloud.endpoint).host}`;
}
