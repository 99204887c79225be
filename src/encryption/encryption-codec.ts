import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

import { VARIABLES } from '../config/variables';

import type { EncryptionSettings } from './encryption-keys';

const { Payload: PayloadMessage } = temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
const METADATA_KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A payload is encrypted, and the keys at hand do not open it. The message says what to do. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';

  /** @param keyId - of the key that the payload names; undefined when it names none */
  constructor(
    readonly keyId: string | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Encrypts payloads with AES-256-GCM, in the format of the encryption samples of Temporal's SDKs: the data is a nonce of
 * 12 bytes, the ciphertext of the whole payload as a protobuf message, and a tag of 16 bytes; the id of the key is in
 * the metadata. Nothing else is authenticated, because their codecs authenticate nothing else.
 */
export class EncryptionCodec implements PayloadCodec {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** @param settings - without them nothing is encrypted, and what is encrypted is refused with a message */
  constructor(private readonly settings?: EncryptionSettings) {
    this.keys = new Map(settings?.keys.map(({ id, key }) => [id, key]));
  }

  /** Encrypts each payload with the first key. */
  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads).then((all) => all.map((payload) => this.encrypt(payload)));
  }

  /**
   * Decrypts each payload with the key that it names; one in clear text stays as it is.
   *
   * @throws UnreadablePayloadError when a key is missing, or a payload was not encrypted with the key of this id
   */
  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads).then((all) => all.map((payload) => this.decrypt(payload)));
  }

  private encrypt(payload: Payload): Payload {
    if (!this.settings) return payload;
    const [{ id, key }] = this.settings.keys;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    const message = PayloadMessage.encode(payload).finish();
    return {
      metadata: { [METADATA_ENCODING_KEY]: Buffer.from(ENCODING), [METADATA_KEY_ID]: Buffer.from(id) },
      data: Buffer.concat([nonce, cipher.update(message), cipher.final(), cipher.getAuthTag()]),
    };
  }

  private decrypt(payload: Payload): Payload {
    if (textOf(payload, METADATA_ENCODING_KEY) !== ENCODING) return payload;
    const id = textOf(payload, METADATA_KEY_ID);
    if (id === undefined) throw withoutKeyId();
    const key = this.keys.get(id);
    if (!key) throw this.settings ? withUnknownKey(id) : withoutKeys(id);
    try {
      return open(Buffer.from(payload.data ?? []), key);
    } catch (cause) {
      throw withAnotherKey(id, cause);
    }
  }
}

function textOf({ metadata }: Payload, name: string): string | undefined {
  const bytes = metadata?.[name];
  return bytes && Buffer.from(bytes).toString();
}

function open(data: Buffer, key: KeyObject): Payload {
  const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(data.subarray(Math.max(NONCE_BYTES, data.length - TAG_BYTES)));
  const message = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  return PayloadMessage.decode(message);
}

function withoutKeyId(): UnreadablePayloadError {
  return new UnreadablePayloadError(
    undefined,
    `A payload is encrypted, but its metadata names no key in ${METADATA_KEY_ID}: use a codec that does where it was written`,
  );
}

function withoutKeys(id: string): UnreadablePayloadError {
  return new UnreadablePayloadError(
    id,
    `A payload is encrypted with the key ${quoted(id)}, and ${VARIABLES.encryptionKeys} is not set: set it to the keys of the worker`,
  );
}

function withUnknownKey(id: string): UnreadablePayloadError {
  return new UnreadablePayloadError(
    id,
    `A payload is encrypted with the key ${quoted(id)}, which ${VARIABLES.encryptionKeys} does not have: add it after the first entry`,
  );
}

function withAnotherKey(id: string, cause: unknown): UnreadablePayloadError {
  return new UnreadablePayloadError(
    id,
    `A payload that names the key ${quoted(id)} cannot be decrypted with it: it was changed on its way, or was written with another key of this id. Compare the key of this id in ${VARIABLES.encryptionKeys} with that of the process that wrote it`,
    { cause },
  );
}

/** It comes from outside, and goes into logs. */
function quoted(id: string): string {
  return JSON.stringify(id.slice(0, 64));
}
