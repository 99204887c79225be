import { isIP } from 'node:net';
import { homedir } from 'node:os';

import { readEncryption, type EncryptionSettings } from '../encryption/encryption-keys';
import { peerOf, type Peer } from '../peer';
import { messageOf } from '../sentences';
import {
  CREDENTIAL_SOURCE_NAMES,
  credentialWarnings,
  DEFAULT_ENDPOINT,
  hasCredentialSettings,
  openCloud,
  proxyFaults,
  TencentCloudError,
  validateEndpoint,
  type CloudSettings,
} from '../tencent';
import type { WorkerVersion } from '../worker-version';
import { readVersioning } from '../worker-versioning';

import { unknownVariables } from './config-file';
import { ConfigurationError } from './configuration-error';
import {
  DEFAULT_CONNECT_SECONDS,
  DEFAULT_HTTP_ADDRESS,
  DEFAULT_STATUS_CALLS_PER_SECOND,
  DEFAULT_USER_SYNC_CALLS_PER_SECOND,
} from './defaults';
import { readItemsFolder } from './items-folder';
import { readLogSettings, type LogSettings } from './log-settings';
import { readTemporalConfig, type TemporalConfig } from './temporal';
import { readTracingSettings, type TracingSettings } from './tracing-settings';
import { valueOf, VARIABLES } from './variables';

export { adoptConfigFile } from './config-file';
export { ConfigurationError } from './configuration-error';
export * from './defaults';
export type { LogSettings } from './log-settings';
export type { TemporalConfig } from './temporal';
export { VARIABLES } from './variables';

/** Checked configuration of the worker. */
export interface WorkerConfig {
  /** Whether it runs follows and batches. */
  runsWorkflows: boolean;
  /** Whether it calls the cloud. */
  runsCalls: boolean;
  cloud: CloudSettings;
  /** Status calls a second of all workers together; a person can set another rate on the server's queue. */
  statusCallsPerSecond: number;
  /** Calls a second to the actions on user syncs, of all workers together; as for status calls, a person can set another. */
  userSyncCallsPerSecond: number;
  /** How many workers share these rates; `auto` counts those that poll. */
  workers: number | 'auto';
  /** Folder with the item files of large batches, the same for every worker and for who writes them. */
  itemsFolder: string;
  /** How long the first connection to the Temporal server is tried. */
  connectSeconds: number;
  /** Where `/livez`, `/readyz` and `/metrics` are; nowhere when absent. */
  httpAddress?: Peer;
  logs: LogSettings;
  /** Keys of the payloads; nothing is encrypted when absent. */
  encryption?: EncryptionSettings;
  /** Of its workflow side; absent when that is not versioned. */
  version?: WorkerVersion;
  /** Where traces go; there are none when absent. */
  tracing?: TracingSettings;
  /** What can be used but should be mended, one sentence each. */
  warnings: string[];
}

/**
 * Reads the worker's configuration, and gets a key once when it is to call the cloud: a source that does not answer is
 * a warning, one that has no key is a fault.
 *
 * @throws ConfigurationError naming every fault, and every source of credentials tried when none has them
 */
export async function readWorkerConfig(env: NodeJS.ProcessEnv): Promise<WorkerConfig> {
  const { faults, ...config } = readSettings(env);
  if (config.runsCalls && faults.length > 0) faults.push(...(await localKeyFaults(config.cloud, env)));
  else if (config.runsCalls) {
    const fault = await keyFault(config.cloud, env, env);
    if (isTransient(fault)) config.warnings.push(messageOf(fault));
    else if (fault !== undefined) faults.push(messageOf(fault));
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return config;
}

/**
 * Lists what is wrong with the configuration as far as can be told without the network: also beside other faults,
 * whether a source of credentials has a key.
 *
 * @param fileFaults - what {@link adoptConfigFile} found
 */
export async function checkConfig(
  env: NodeJS.ProcessEnv,
  fileFaults: readonly string[],
): Promise<{ faults: string[]; warnings: string[] }> {
  const { faults, warnings, runsCalls, cloud } = readSettings(env);
  const keyFaults = runsCalls ? await configuredKeyFaults(cloud, env) : [];
  return { faults: [...fileFaults, ...faults, ...keyFaults, ...temporalFaults(env)], warnings };
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
  const runsWorkflows = flagOf(env, VARIABLES.runWorkflows, true, faults);
  const runsCalls = flagOf(env, VARIABLES.runCalls, true, faults);
  if (!runsWorkflows && !runsCalls) {
    faults.push(`${VARIABLES.runWorkflows} and ${VARIABLES.runCalls} are both false, so nothing is left to run`);
  }
  const cloud = readCloudSettings(env, faults);
  const rateOf = (name: string, otherwise: number): number =>
    numberOf(
      env,
      name,
      { otherwise, isGood: (rate) => rate > 0 && rate <= 1000, must: 'above 0 and at most 1000' },
      faults,
    );
  const statusCallsPerSecond = rateOf(VARIABLES.statusCallsPerSecond, DEFAULT_STATUS_CALLS_PER_SECOND);
  const userSyncCallsPerSecond = rateOf(VARIABLES.userSyncCallsPerSecond, DEFAULT_USER_SYNC_CALLS_PER_SECOND);
  const workers = workersOf(valueOf(env, VARIABLES.workers), statusCallsPerSecond, faults);
  const itemsFolder = readItemsFolder(env, homedir(), faults);
  const patience = { otherwise: DEFAULT_CONNECT_SECONDS, isGood: (seconds: number) => seconds >= 0 && seconds <= 3600 };
  const connectSeconds = numberOf(env, VARIABLES.connectSeconds, { ...patience, must: 'from 0 to 3600' }, faults);
  const httpAddress = httpAddressOf(valueOf(env, VARIABLES.httpAddress) ?? DEFAULT_HTTP_ADDRESS, faults);
  const logs = readLogSettings(env, faults);
  const encryption = readEncryption(env, faults);
  const warnings = [...credentialWarnings(env), ...unknownVariables(env)];
  const tracing = readTracingSettings(env, faults, warnings);
  faults.push(...proxyFaults(env));
  const version = readVersioning(env, faults);
  return {
    runsWorkflows,
    runsCalls,
    cloud,
    statusCallsPerSecond,
    userSyncCallsPerSecond,
    workers,
    itemsFolder,
    connectSeconds,
    ...(httpAddress && { httpAddress }),
    logs,
    ...(encryption && { encryption }),
    ...(version && { version }),
    ...(tracing && { tracing }),
    warnings,
    faults,
  };
}

function httpAddressOf(text: string, faults: string[]): Peer | undefined {
  if (text === 'none') return undefined;
  const address = peerOf(text, NaN);
  // A name could lead to any address, also to one that others reach.
  if (address && isIP(address.host) !== 0 && !Number.isNaN(address.port)) return address;
  faults.push(
    `${VARIABLES.httpAddress} must be none, or an IP address and a port such as ${DEFAULT_HTTP_ADDRESS}, got "${text}"`,
  );
  return undefined;
}

interface NumberRule {
  otherwise: number;
  isGood: (value: number) => boolean;
  must: string;
}

function numberOf(env: NodeJS.ProcessEnv, name: string, rule: NumberRule, faults: string[]): number {
  const text = valueOf(env, name);
  const value = text === undefined ? rule.otherwise : Number(text);
  if (!rule.isGood(value)) faults.push(`${name} must be a number ${rule.must}, got "${text}"`);
  return value;
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

/** Beside other faults, so that all are told at once, and without the network, to which those may lead astray. */
async function localKeyFaults(settings: CloudSettings, env: NodeJS.ProcessEnv): Promise<string[]> {
  const local = { ...settings, endpoint: DEFAULT_ENDPOINT, stsEndpoint: NOWHERE, metadataEndpoint: NOWHERE };
  const fault = await keyFault(local, env, {});
  return fault === undefined || isTransient(fault) ? [] : [messageOf(fault)];
}

/** As {@link localKeyFaults}, but the role of the machine, which only the network tells, must be meant. */
async function configuredKeyFaults(settings: CloudSettings, env: NodeJS.ProcessEnv): Promise<string[]> {
  const isRoleMeant = settings.credentialSource === 'cvm-role';
  if (isRoleMeant || hasCredentialSettings(env, homedir())) return isRoleMeant ? [] : localKeyFaults(settings, env);
  return [
    `No Tencent Cloud credentials are configured: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or ${VARIABLES.credentialSource}=cvm-role where the role of this machine is meant`,
  ];
}

function isTransient(error: unknown): boolean {
  return error instanceof TencentCloudError && error.errorClass === 'transient';
}

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
  const allowHttp = flagOf(env, VARIABLES.allowHttp, false, faults);
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
 * @param fileFaults - what {@link adoptConfigFile} found
 * @throws ConfigurationError naming the faults of every part at once
 */
export async function readConfig(
  env: NodeJS.ProcessEnv,
  fileFaults: readonly string[] = [],
): Promise<{ config: WorkerConfig; temporal: TemporalConfig }> {
  const [config] = await Promise.allSettled([readWorkerConfig(env)]);
  const faults = [
    ...fileFaults,
    ...(config.status === 'rejected' ? faultsOf(config.reason) : []),
    ...temporalFaults(env),
  ];
  if (config.status === 'rejected' || faults.length > 0) throw new ConfigurationError(faults);
  return { config: config.value, temporal: readTemporalConfig(env) };
}

function temporalFaults(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readTemporalConfig(env);
    return [];
  } catch (error) {
    return faultsOf(error);
  }
}

function faultsOf(error: unknown): readonly string[] {
  return error instanceof ConfigurationError ? error.faults : [messageOf(error)];
}

function flagOf(env: NodeJS.ProcessEnv, name: string, otherwise: boolean, faults: string[]): boolean {
  const value = valueOf(env, name);
  if (value === undefined) return otherwise;
  if (value === 'true' || value === 'false') return value === 'true';
  faults.push(`${name} must be true or false, got "${value}"`);
  return otherwise;
}
