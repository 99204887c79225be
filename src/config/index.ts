import { homedir } from 'node:os';

import { messageOf } from '../sentences';
import { createCredentialSource, DEFAULT_ENDPOINT, validateEndpoint, type CredentialSource } from '../tencent';

import { ConfigurationError } from './configuration-error';
import { readTemporalConfig, type TemporalConfig } from './temporal';

export { ConfigurationError } from './configuration-error';
export type { TemporalConfig } from './temporal';

/** Half of the published 220/s: the console and other tools share it. */
export const DEFAULT_STATUS_CALLS_PER_SECOND = 100;

/** Environment variables of the worker; those of Temporal and of the cloud's credentials keep their own names. */
export const VARIABLES = {
  endpoint: 'PROVISIONING_ENDPOINT',
  region: 'PROVISIONING_REGION',
  statusCallsPerSecond: 'PROVISIONING_STATUS_CALLS_PER_SECOND',
} as const;

/** Checked configuration of the worker. */
export interface WorkerConfig {
  /** Base URL of the cloud's organization API. */
  endpoint: string;
  /** Sent as X-TC-Region; the API does not need one. */
  region?: string;
  /** Rate of status calls that the server enforces for all workers together. */
  statusCallsPerSecond: number;
  credentials: CredentialSource;
}

/**
 * Reads the worker's configuration.
 *
 * @throws ConfigurationError naming every fault, and every source of credentials tried when none has them
 */
export async function readWorkerConfig(env: NodeJS.ProcessEnv): Promise<WorkerConfig> {
  const endpoint = valueOf(env, VARIABLES.endpoint) ?? DEFAULT_ENDPOINT;
  const faults = validateEndpoint(endpoint).map((fault) => `${VARIABLES.endpoint}: ${fault}`);
  const rate = valueOf(env, VARIABLES.statusCallsPerSecond);
  const statusCallsPerSecond = rate === undefined ? DEFAULT_STATUS_CALLS_PER_SECOND : Number(rate);
  if (!(statusCallsPerSecond > 0 && statusCallsPerSecond <= 1000)) {
    faults.push(`${VARIABLES.statusCallsPerSecond} must be a number above 0 and at most 1000, got "${rate}"`);
  }
  const region = valueOf(env, VARIABLES.region);
  if (region !== undefined && !/^[\w-]+$/.test(region)) {
    faults.push(`${VARIABLES.region} must be a region such as ap-singapore, got "${region}"`);
  }
  const credentials = createCredentialSource(env, homedir());
  try {
    await credentials();
  } catch (error) {
    faults.push(messageOf(error));
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    endpoint,
    statusCallsPerSecond,
    credentials,
    ...(region !== undefined && { region }),
  };
}

/**
 * Reads all that a worker process needs.
 *
 * @throws ConfigurationError naming the faults of both parts at once
 */
export async function readConfig(env: NodeJS.ProcessEnv): Promise<{ config: WorkerConfig; temporal: TemporalConfig }> {
  const [config, temporal] = await Promise.allSettled([
    readWorkerConfig(env),
    Promise.resolve().then(readTemporalConfig),
  ]);
  if (config.status === 'fulfilled' && temporal.status === 'fulfilled') {
    return { config: config.value, temporal: temporal.value };
  }
  const reasons: unknown[] = [config, temporal].flatMap((part) =>
    part.status === 'rejected' ? [part.reason as unknown] : [],
  );
  throw new ConfigurationError(
    reasons.flatMap((reason) => (reason instanceof ConfigurationError ? reason.faults : [messageOf(reason)])),
  );
}

/** An empty variable counts as not set: a compose file cannot leave one out. */
function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}
