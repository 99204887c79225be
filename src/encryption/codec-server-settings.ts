import { isIP } from 'node:net';

import { DEFAULT_CODEC_ADDRESS } from '../config/defaults';
import { valueOf, VARIABLES } from '../config/variables';
import { peerOf, type Peer } from '../peer';

import { readEncryption, type EncryptionSettings } from './encryption-keys';
import { readSecretSetting } from './secret-setting';

/** Checked configuration of the codec server. */
export interface CodecServerSettings {
  encryption: EncryptionSettings;
  /** Where it listens; port 0 takes any free one. */
  address: Peer;
  /** Who has it may read every payload. */
  token: string;
  /** Pages of these origins may ask; of no other. */
  corsOrigins: readonly string[];
}

const TOKEN = /^[\x21-\x7e]{16,}$/;

/**
 * Reads the configuration of the codec server.
 *
 * @param faults - gets every fault; none tells a key or the token
 * @returns undefined when there is a fault
 */
export function readCodecServer(env: NodeJS.ProcessEnv, faults: string[]): CodecServerSettings | undefined {
  const found: string[] = [];
  const encryption = readEncryption(env, found);
  if (!encryption && found.length === 0) {
    found.push(`${VARIABLES.encryptionKeys} must be set: a codec server needs the keys of the worker`);
  }
  const address = readAddress(env, found);
  const token = readToken(env, found);
  const corsOrigins = readOrigins(env, found);
  faults.push(...found);
  if (found.length > 0 || !encryption || !address || token === undefined) return undefined;
  return { encryption, address, token, corsOrigins };
}

function readAddress(env: NodeJS.ProcessEnv, faults: string[]): Peer | undefined {
  const text = valueOf(env, VARIABLES.codecAddress) ?? DEFAULT_CODEC_ADDRESS;
  const address = peerOf(text, NaN);
  // A name could lead to any address, also to one that others reach.
  if (address && isIP(address.host) !== 0 && !Number.isNaN(address.port)) return address;
  faults.push(
    `${VARIABLES.codecAddress} must be an IP address and a port such as ${DEFAULT_CODEC_ADDRESS}, got "${text}"`,
  );
  return undefined;
}

function readToken(env: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const name = VARIABLES.codecToken;
  const before = faults.length;
  const token = readSecretSetting(env, name, faults);
  if (token !== undefined && TOKEN.test(token)) return token;
  const needed = 'at least 16 printable ASCII characters without spaces, such as those of "openssl rand -hex 32"';
  if (token !== undefined) faults.push(`${name} must have ${needed}`);
  else if (faults.length === before) faults.push(`${name} must be set, also on loopback: ${needed}`);
  return undefined;
}

function readOrigins(env: NodeJS.ProcessEnv, faults: string[]): string[] {
  const name = VARIABLES.codecCorsOrigins;
  const origins = (valueOf(env, name) ?? '').split(/[\s,]+/).filter((origin) => origin !== '');
  for (const origin of origins) {
    if (!isOrigin(origin)) {
      faults.push(`${name} must have exact origins of pages such as https://temporal.example.com, got "${origin}"`);
    }
  }
  return origins;
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text && !text.includes('*');
}
