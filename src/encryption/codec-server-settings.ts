import { valueOf } from '../config/variables';

import { ENCRYPTION_KEYS_VARIABLE, readEncryption, type EncryptionSettings } from './encryption-keys';
import { readSecretSetting } from './secret-setting';

/** Environment variables of the codec server besides that of the keys. */
export const CODEC_SERVER_VARIABLES = {
  address: 'PROVISIONING_CODEC_ADDRESS',
  /** A secret: `<name>_FILE` names a file that holds it instead. */
  token: 'PROVISIONING_CODEC_TOKEN',
  corsOrigins: 'PROVISIONING_CODEC_CORS_ORIGINS',
} as const;

/** Checked configuration of the codec server. */
export interface CodecServerSettings {
  encryption: EncryptionSettings;
  /** Name or address to listen on; IPv6 without brackets. */
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Who has it may read every payload. */
  token: string;
  /** Pages of these origins may ask; of no other. */
  corsOrigins: readonly string[];
}

const DEFAULT_ADDRESS = '127.0.0.1:8888';
const ADDRESS = /^(?:\[(?<ipv6>[\da-f:.]+)\]|(?<name>[\w.-]+)):(?<port>\d{1,5})$/i;
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
    found.push(`${ENCRYPTION_KEYS_VARIABLE} must be set: a codec server needs the keys of the worker`);
  }
  const address = readAddress(env, found);
  const token = readToken(env, found);
  const corsOrigins = readOrigins(env, found);
  faults.push(...found);
  if (found.length > 0 || !encryption || !address || token === undefined) return undefined;
  return { encryption, ...address, token, corsOrigins };
}

function readAddress(env: NodeJS.ProcessEnv, faults: string[]): { host: string; port: number } | undefined {
  const text = valueOf(env, CODEC_SERVER_VARIABLES.address) ?? DEFAULT_ADDRESS;
  const { ipv6, name, port } = ADDRESS.exec(text)?.groups ?? {};
  const host = ipv6 ?? name;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  faults.push(`${CODEC_SERVER_VARIABLES.address} must be a host and a port such as ${DEFAULT_ADDRESS}, got "${text}"`);
  return undefined;
}

function readToken(env: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const name = CODEC_SERVER_VARIABLES.token;
  const before = faults.length;
  const token = readSecretSetting(env, name, faults);
  if (token !== undefined && TOKEN.test(token)) return token;
  const needed = 'at least 16 printable ASCII characters without spaces, such as those of "openssl rand -hex 32"';
  if (token !== undefined) faults.push(`${name} must have ${needed}`);
  else if (faults.length === before) faults.push(`${name} must be set, also on loopback: ${needed}`);
  return undefined;
}

function readOrigins(env: NodeJS.ProcessEnv, faults: string[]): string[] {
  const name = CODEC_SERVER_VARIABLES.corsOrigins;
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
