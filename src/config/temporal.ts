import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

import { loadClientConfigProfile, toClientOptions, type ClientConfigProfile } from '@temporalio/envconfig';

import { peerOf } from '../peer';
import { codeOf, messageOf } from '../sentences';
import { isLoopback } from '../tencent/endpoint';

import { ConfigurationError } from './configuration-error';
import { valueOf } from './variables';

/** How to reach the Temporal server: the Temporal CLI's variables and configuration file. */
export interface TemporalConfig {
  connectionOptions: ReturnType<typeof toClientOptions>['connectionOptions'];
  /** `host:port`. */
  address: string;
  namespace: string;
}

/**
 * Named in TEMPORAL_CONFIG_FILE where no such file is to be read. It never exists: the SDK and the CLI pass over a missing
 * file, but the SDK breaks on an empty one.
 */
export const NO_TEMPORAL_FILE = path.join(__dirname, 'no-temporal-settings.toml');

const DEFAULT_ADDRESS = 'localhost:7233';

/** Channel arguments of a client that goes to the server as a worker does, which takes no proxy on its way. */
export const WITHOUT_PROXY = { 'grpc.enable_http_proxy': 0 } as const;

/**
 * Reads how to reach the Temporal server.
 *
 * @throws ConfigurationError naming every file and variable that cannot be used
 */
export function readTemporalConfig(env: NodeJS.ProcessEnv = process.env): TemporalConfig {
  const profile = readProfile(env);
  const faults = [...unsupported(env), ...profileFaults(profile)];
  if (faults.length > 0) throw new ConfigurationError(faults);
  try {
    const { connectionOptions, namespace = 'default' } = toClientOptions(profile);
    return { connectionOptions, namespace, address: profile.address ?? DEFAULT_ADDRESS };
  } catch (error) {
    throw new ConfigurationError([faultOf(env, error)]);
  }
}

function readProfile(env: NodeJS.ProcessEnv): ClientConfigProfile {
  const file = valueOf(env, 'TEMPORAL_CONFIG_FILE');
  // The SDK takes a file that is not there for an empty one.
  if (file !== undefined && file !== NO_TEMPORAL_FILE && !existsSync(file)) {
    throw new ConfigurationError([`TEMPORAL_CONFIG_FILE names a file that does not exist: ${file}`]);
  }
  // An empty variable counts as not set, since a compose file cannot leave one out; to the SDK it would be a value.
  const overrideEnvVars = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== ''),
  );
  try {
    return loadClientConfigProfile({ overrideEnvVars });
  } catch (error) {
    throw new ConfigurationError([faultOf(env, error)]);
  }
}

/** What the Temporal CLI takes and the SDK of this worker leaves out without a word. */
function unsupported(env: NodeJS.ProcessEnv): string[] {
  const name = 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION';
  const value = valueOf(env, name);
  if (value === undefined || /^(false|0)$/i.test(value)) return [];
  return [`${name} is not supported: give the right name with TEMPORAL_TLS_SERVER_NAME`];
}

function faultOf(env: NodeJS.ProcessEnv, error: unknown): string {
  const file = env.TEMPORAL_CONFIG_FILE || 'its default file';
  // The lines after the first quote the file, where a key may stand.
  const [fault = ''] = messageOf(error).trim().split('\n', 1);
  return `Temporal's client configuration (TEMPORAL_* variables, ${file}) cannot be read: ${fault}`;
}

function profileFaults({ address = DEFAULT_ADDRESS, namespace, apiKey, tls }: ClientConfigProfile): string[] {
  const faults: string[] = [];
  const peer = peerOf(address, 7233);
  if (!peer) faults.push(`TEMPORAL_ADDRESS must be host:port, got "${address}"`);
  if (namespace !== undefined && /\s/.test(namespace)) {
    faults.push(`TEMPORAL_NAMESPACE must be a name without white space, got "${namespace}"`);
  }
  if (apiKey !== undefined && tls?.disabled && peer && !isLoopback(peer.host)) {
    faults.push(
      `TEMPORAL_API_KEY would be sent in clear text to ${peer.host}: set TEMPORAL_TLS=true, or leave it out, since a key turns TLS on`,
    );
  }
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    faults.push('TEMPORAL_API_KEY has white space or characters outside ASCII: copy it again');
  }
  if (tls && !tls.disabled) faults.push(...certificateFaults(tls));
  return faults;
}

function certificateFaults({ clientCert, clientKey, serverCACert }: NonNullable<ClientConfigProfile['tls']>): string[] {
  const faults: string[] = [];
  if (clientCert && !clientKey) {
    faults.push('A client certificate is given without its key: set TEMPORAL_TLS_CLIENT_KEY_PATH too');
  }
  if (clientKey && !clientCert) {
    faults.push('The key of a client certificate is given without it: set TEMPORAL_TLS_CLIENT_CERT_PATH too');
  }
  const sources = {
    TEMPORAL_TLS_CLIENT_CERT_PATH: clientCert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: clientKey,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: serverCACert,
  };
  for (const [name, source] of Object.entries(sources)) {
    if (!source || !('path' in source)) continue;
    try {
      accessSync(source.path, constants.R_OK);
    } catch (error) {
      faults.push(`${name} cannot be read (${codeOf(error)})`);
    }
  }
  return faults;
}
