import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

import { ConfigurationError } from '../config/configuration-error';
import { VARIABLES } from '../config/variables';

import { readSecretSetting } from './secret-setting';

/** One key of AES-256. Printed or turned into JSON, it does not show its bytes. */
export interface EncryptionKey {
  /** Stands in clear text beside everything that the key has encrypted. */
  id: string;
  key: KeyObject;
}

/** Keys of the payloads: the first encrypts, all decrypt. */
export interface EncryptionSettings {
  keys: readonly [EncryptionKey, ...EncryptionKey[]];
}

const KEY_BYTES = 32;
const KEY_ID = /^[\w.-]{1,64}$/;
/** 32 bytes; the padding may be left out, and the alphabet be that for URLs. */
const KEY_IN_BASE64 = /^[\w+/-]{43}=?$/;
const NEXT = 'Make one with "provisioning encryption-key"';

/**
 * Reads the keys of the environment as a part of the configuration.
 *
 * @param faults - gets every fault; none tells a key
 * @returns undefined when no keys are given, or they cannot be used
 */
export function readEncryption(env: NodeJS.ProcessEnv, faults: string[]): EncryptionSettings | undefined {
  const text = readSecretSetting(env, VARIABLES.encryptionKeys, faults);
  return text === undefined ? undefined : parseEntries(text, faults);
}

/**
 * Reads the keys of the environment, for a process that needs no other configuration.
 *
 * @returns undefined when no keys are given
 * @throws ConfigurationError naming every fault
 */
export function encryptionOf(env: NodeJS.ProcessEnv): EncryptionSettings | undefined {
  const faults: string[] = [];
  const settings = readEncryption(env, faults);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

/**
 * Parses `id:key` entries, separated by commas or new lines; each key is 32 bytes in base64.
 *
 * @throws ConfigurationError naming every fault; none tells a key
 */
export function parseEncryptionKeys(text: string): EncryptionSettings {
  const faults: string[] = [];
  const settings = parseEntries(text, faults);
  if (!settings) throw new ConfigurationError(faults);
  return settings;
}

/** Tells whether a text can be the id of a key: 1 to 64 letters, digits, `.`, `_` and `-` of ASCII. */
export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/** Makes a new key, in base64 as {@link parseEncryptionKeys} takes it. */
export function newEncryptionKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

function parseEntries(text: string, faults: string[]): EncryptionSettings | undefined {
  const found: string[] = [];
  const entries = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const keys = entries.flatMap((entry, index) => parseEntry(entry, index, found) ?? []);
  found.push(...repeatedIds(keys));
  const [first, ...others] = keys;
  if (entries.length === 0) found.push('has no entry');
  faults.push(...found.map((fault) => `${VARIABLES.encryptionKeys} ${fault}`));
  return first && found.length === 0 ? { keys: [first, ...others] } : undefined;
}

/** Names an entry by its place alone: what stands before the colon may be the key. */
function parseEntry(entry: string, index: number, faults: string[]): EncryptionKey | undefined {
  const [id = '', key, ...rest] = entry.split(':').map((part) => part.trim());
  const place = `entry ${index + 1}`;
  if (key === undefined || rest.length > 0) {
    faults.push(`${place} must be <id>:<key>. ${NEXT}`);
    return undefined;
  }
  if (!isKeyId(id)) faults.push(`${place} must have an id of 1 to 64 letters, digits, ".", "_" and "-"`);
  if (!KEY_IN_BASE64.test(key)) faults.push(`${place} must have a key of ${KEY_BYTES} bytes in base64. ${NEXT}`);
  return isKeyId(id) && KEY_IN_BASE64.test(key) ? { id, key: createSecretKey(key, 'base64') } : undefined;
}

function repeatedIds(keys: readonly EncryptionKey[]): string[] {
  const ids = keys.map(({ id }) => id);
  const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...repeated].map((id) => `has more than one key with the id "${id}"`);
}
