import { homedir } from 'node:os';

import { messageOf } from '../sentences';
import {
  CREDENTIAL_SOURCE_NAMES,
  credentialWarnings,
  DEFAULT_ENDPOINT,
  openCloud,
  proxyFaults,
  TencentCloudError,
  validateEndpoint,
  type CloudSettings,
} from '../tencent';

import type { WorkerVersion } from '../worker-version';
import { readVersioning } from '../worker-versioning';

import { ConfigurationError } from './configuration-error';
import { readItemsFolder } from './items-folder';
import { readTemporalConfig, type TemporalConfig } from './temporal';
import { valueOf, VARIABLES } from './variables';

export { ConfigurationError } from './configuration-error';
export type { TemporalConfig } from './temporal';
export { VARIABLES } from './variables';

/** Half of the published 220/s: the console and other tools share it. */
export const DEFAULT_STATUS_CALLS_PER_SECOND = 100;
/**
 * Half of the 20/s that are published for each action on user syncs. They share one rate, so that none of them comes
 * near its own limit, whatever the mix.
 */
export const DEFAULT_USER_SYNC_CALLS_PER_SECOND = 10;

/** Checked configuration of the worker. */
export interface WorkerConfig {
  cloud: CloudSettings;
  /** Status calls a second of all workers together; a person can set another rate on the server's queue. */
  statusCallsPerSecond: number;
  /** Calls a second to the actions on user syncs, of all workers together; as for status calls, a person can set another. */
  userSyncCallsPerSecond: number;
  /** How many workers share these rates; `auto` counts those that poll. */
  workers: number | 'auto';
  /** Folder with the item files of large batches, the same for every worker and for who writes them. */
  itemsFolder: string;
  /** `host:port` where Prometheus scrapes the worker; none when absent. */
  metricsAddress?: string;
  /** Of the workflows' side of the worker; absent when it is not versioned. */
  version?: WorkerVersion;
  /** What can be used but should be mended, one sentence each. */
  warnings: string[];
}

/**
 * Reads the worker's configuration, and gets a key once: a source that does not answer is a warning, one that has no
 * key is a fault.
 *
 * @throws ConfigurationError naming every fault, and every source of credentials tried when none has them
 */
export async function readWorkerConfig(env: NodeJS.ProcessEnv): Promise<WorkerConfig> {
  const { faults, ...config } = readSettings(env);
  // Also beside other faults, so that all are told at once; then without the network, to which they may lead astray.
  const local = { ...config.cloud, endpoint: DEFAULT_ENDPOINT, stsEndpoint: NOWHERE, metadataEndpoint: NOWHERE };
  const fault = await (faults.length === 0 ? keyFault(config.cloud, env, env) : keyFault(local, env, {}));
  if (fault instanceof TencentCloudError && fault.errorClass === 'transient') config.warnings.push(fault.message);
  else if (fault !== undefined) faults.push(messageOf(fault));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return config;
}

/**
 * Reads the worker's configuration without asking for a key.
 *
 * @throws ConfigurationError naming every fault
 */
export function readWorkerSettings(env: NodeJS.ProcessEnv): WorkerConfig {
  const { faults, ...config } = readSettings(env);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return config;
}

function readSettings(env: NodeJS.ProcessEnv): WorkerConfig & { faults: string[] } {
  const faults: string[] = [];
  const cloud = readCloudSettings(env, faults);
  const rateOf = (name: string, defaultRate: number): number => {
    const text = valueOf(env, name);
    const rate = text === undefined ? defaultRate : Number(text);
    if (!(rate > 0 && rate <= 1000)) faults.push(`${name} must be a number above 0 and at most 1000, got "${text}"`);
    return rate;
  };
  const statusCallsPerSecond = rateOf(VARIABLES.statusCallsPerSecond, DEFAULT_STATUS_CALLS_PER_SECOND);
  const userSyncCallsPerSecond = rateOf(VARIABLES.userSyncCallsPerSecond, DEFAULT_USER_SYNC_CALLS_PER_SECOND);
  const workers = workersOf(valueOf(env, VARIABLES.workers), statusCallsPerSecond, faults);
  const itemsFolder = readItemsFolder(env, homedir(), faults);
  const metricsAddress = valueOf(env, VARIABLES.metricsAddress);
  if (metricsAddress !== undefined && !/^(\d+\.){3}\d+:\d{1,5}$/.test(metricsAddress)) {
    faults.push(
      `${VARIABLES.metricsAddress} must be an address and a port such as 127.0.0.1:9464, got "${metricsAddress}"`,
    );
  }
  faults.push(...proxyFaults(env));
  const version = readVersioning(env, faults);
  return {
    cloud,
    statusCallsPerSecond,
    userSyncCallsPerSecond,
    workers,
    itemsFolder,
    ...(metricsAddress !== undefined && { metricsAddress }),
    ...(version && { version }),
    warnings: credentialWarnings(env),
    faults,
  };
}

function workersOf(text: string | undefined, callsPerSecond: number, faults: string[]): number | 'auto' {
  if (text === undefined || text === 'auto') return 'auto';
  const workers = Number(text);
  if (!Number.isInteger(workers) || workers < 1) {
    faults.push(`${VARIABLES.workers} must be auto or how many workers share the rate, got "${text}"`);
  } else if (workers > 1 && workers > callsPerSecond) {
    // Not so for the user-sync calls: a large fleet that only follows needs no more of them. Should more workers than
    // their rate call in the same second, the cloud's own limit has room for twice the default.
    faults.push(
      `${VARIABLES.workers} must not exceed ${VARIABLES.statusCallsPerSecond} (${callsPerSecond}): each worker needs at least one call a second, got ${workers}`,
    );
  }
  return workers;
}

/** Nobody answers there. */
const NOWHERE = 'http://127.0.0.1:9';

async function keyFault(settings: CloudSettings, env: NodeJS.ProcessEnv, proxies: NodeJS.ProcessEnv): Promise<unknown> {
  try {
    const cloud = openCloud(settings, { env, proxies, homeDir: homedir(), notify: () => undefined });
    try {
      await cloud.credentials.get();
    } finally {
      await cloud.close();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

function readCloudSettings(env: NodeJS.ProcessEnv, faults: string[]): CloudSettings {
  const allowHttp = flagOf(env, VARIABLES.allowHttp, faults);
  const endpointOf = (name: string, isHttpAllowed: boolean): string | undefined => {
    const endpoint = valueOf(env, name);
    if (endpoint === undefined) return undefined;
    faults.push(...validateEndpoint(endpoint, { allowHttp: isHttpAllowed }).map((fault) => `${name}: ${fault}`));
    return endpoint;
  };
  const endpoint = endpointOf(VARIABLES.endpoint, allowHttp) ?? DEFAULT_ENDPOINT;
  const stsEndpoint = endpointOf(VARIABLES.stsEndpoint, allowHttp);
  // The cloud offers it over http only, on an address that does not leave the machine.
  const metadataEndpoint = endpointOf(VARIABLES.metadataEndpoint, true);
  const region = valueOf(env, VARIABLES.region);
  if (region !== undefined && !/^[\w-]+$/.test(region)) {
    faults.push(`${VARIABLES.region} must be a region such as ap-singapore, got "${region}"`);
  }
  const named = valueOf(env, VARIABLES.credentialSource);
  const credentialSource = CREDENTIAL_SOURCE_NAMES.find((name) => name === named);
  if (named !== undefined && !credentialSource) {
    faults.push(`${VARIABLES.credentialSource} must be one of ${CREDENTIAL_SOURCE_NAMES.join(', ')}, got "${named}"`);
  }
  return {
    endpoint,
    ...(allowHttp && { allowHttp }),
    ...(region !== undefined && { region }),
    ...(stsEndpoint !== undefined && { stsEndpoint }),
    ...(metadataEndpoint !== undefined && { metadataEndpoint }),
    ...(credentialSource && { credentialSource }),
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

function flagOf(env: NodeJS.ProcessEnv, name: string, faults: string[]): boolean {
  const value = valueOf(env, name) ?? 'false';
  if (value !== 'true' && value !== 'false') faults.push(`${name} must be true or false, got "${value}"`);
  return value === 'true';
}
