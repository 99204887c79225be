import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

import { EncryptionCodec, UnreadablePayloadError } from '../../src/encryption/encryption-codec';
import { parseEncryptionKeys } from '../../src/encryption/encryption-keys';

const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`;
const OTHER_OLD = `old:${Buffer.alloc(32, 3).toString('base64')}`;

/** Made with Python's cryptography 50.0.2 (AESGCM, no associated data) and temporalio 1.35.0 (Payload), nonce 64 to 6f. */
const VECTOR = {
  keyId: 'vector',
  key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  data: 'ZGVmZ2hpamtsbW5vQg3UbhyHNfFaCzGPyG8Aji2sKXrnDZoctfHXaoHMyy3djWL6bmi2Nd/fWlGSNq/tIXlxZIit/JrYjBrDXM7rRTWMiqbRzAi4j7Y=',
};

const codecOf = (...entries: string[]): EncryptionCodec => new EncryptionCodec(parseEncryptionKeys(entries.join()));
const bytesOf = (payload: Payload): string => temporal.api.common.v1.Payload.encode(payload).finish().toString();
const text = (bytes?: Uint8Array | null): string => Buffer.from(bytes ?? []).toString();

async function encrypted(codec: EncryptionCodec, value: unknown): Promise<Payload> {
  const [payload] = await codec.encode([defaultPayloadConverter.toPayload(value)]);
  if (!payload) throw new Error('No payload');
  return payload;
}

function changed({ metadata, data }: Payload, place: number): Payload {
  const copy = Buffer.from(data ?? []);
  copy.writeUInt8(copy.readUInt8(place) ^ 1, place);
  return { ...(metadata && { metadata }), data: copy };
}

describe('the encryption of payloads', () => {
  test('hides values and metadata, and gives them back in their order', async () => {
    const codec = codecOf(NEW, OLD);
    const payloads = ['secret', undefined, new Uint8Array([1, 2]), { note: '部署' }].map((value) =>
      defaultPayloadConverter.toPayload(value),
    );
    const encoded = await codec.encode(payloads);
    for (const { metadata, data } of encoded) {
      expect(Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)])).toEqual([
        ['encoding', 'binary/encrypted'],
        ['encryption-key-id', 'new'],
      ]);
      expect(text(data)).not.toMatch(/secret|json|encoding|note/);
    }
    // 12 bytes of nonce and 16 of tag.
    expect(encoded.map(({ data }) => data?.length)).toEqual(
      payloads.map((payload) => temporal.api.common.v1.Payload.encode(payload).finish().length + 28),
    );
    expect((await codec.decode(encoded)).map(bytesOf)).toEqual(payloads.map(bytesOf));
  });

  test('takes a new nonce each time', async () => {
    const codec = codecOf(NEW);
    const all = await Promise.all(Array.from({ length: 50 }, () => encrypted(codec, 'same')));
    expect(new Set(all.map(({ data }) => text(data?.subarray(0, 12)))).size).toBe(50);
  });

  test('is what Python’s cryptography and protobuf make of the same key, nonce and payload', async () => {
    const codec = codecOf(`${VECTOR.keyId}:${VECTOR.key}`);
    const payload: Payload = {
      metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from(VECTOR.keyId) },
      data: Buffer.from(VECTOR.data, 'base64'),
    };
    const [decoded] = await codec.decode([payload]);
    expect(decoded && defaultPayloadConverter.fromPayload(decoded)).toEqual({ zoneId: 'z-1', note: '部署' });
  });

  test('reads what any of its keys has encrypted, and clear text of before', async () => {
    const before = defaultPayloadConverter.toPayload('clear');
    const old = await encrypted(codecOf(OLD), 'by the old key');
    const fresh = await encrypted(codecOf(NEW, OLD), 'by the new key');
    const empty: Payload = { data: null };
    const decoded = await codecOf(NEW, OLD).decode([before, old, fresh, empty]);
    expect(decoded.slice(0, 3).map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([
      'clear',
      'by the old key',
      'by the new key',
    ]);
    expect(decoded[0]).toBe(before);
    expect(decoded[3]).toBe(empty);
  });

  test('without keys encrypts nothing', async () => {
    const payload = defaultPayloadConverter.toPayload('clear');
    await expect(new EncryptionCodec().encode([payload])).resolves.toEqual([payload]);
  });
});

describe('a payload that cannot be read', () => {
  async function refusalOf(codec: EncryptionCodec, payload: Payload): Promise<unknown> {
    const error: unknown = await codec.decode([payload]).catch((cause: unknown) => cause);
    if (!(error instanceof UnreadablePayloadError)) throw new Error(`No refusal: ${String(error)}`);
    return [error.keyId, error.message];
  }

  test('names the key that is missing, and what to do', async () => {
    const payload = await encrypted(codecOf(OLD), 'x');
    await expect(refusalOf(codecOf(NEW), payload)).resolves.toEqual([
      'old',
      'A payload is encrypted with the key "old", which PROVISIONING_ENCRYPTION_KEYS does not have: add it after the first entry',
    ]);
    await expect(refusalOf(new EncryptionCodec(), payload)).resolves.toEqual([
      'old',
      'A payload is encrypted with the key "old", and PROVISIONING_ENCRYPTION_KEYS is not set: set it to the keys of the worker',
    ]);
  });

  test('was changed at any place, cut off, or written with another key of this id', async () => {
    const payload = await encrypted(codecOf(OLD), 'x');
    const refusal = [
      'old',
      'A payload that names the key "old" cannot be decrypted with it: it was changed on its way, or was written with another key of this id. Compare the key of this id in PROVISIONING_ENCRYPTION_KEYS with that of the process that wrote it',
    ];
    const size = payload.data?.length ?? 0;
    const tampered = Array.from({ length: size }, (_, place) => changed(payload, place));
    const cut = Array.from({ length: size }, (_, end) => ({
      ...payload,
      data: payload.data?.subarray(0, end) ?? null,
    }));
    for (const broken of [...tampered, ...cut, { ...payload, data: null }]) {
      await expect(refusalOf(codecOf(OLD), broken)).resolves.toEqual(refusal);
    }
    await expect(refusalOf(codecOf(OTHER_OLD), payload)).resolves.toEqual(refusal);
  });

  test('names no key', async () => {
    const payload: Payload = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.alloc(40) };
    await expect(refusalOf(codecOf(OLD), payload)).resolves.toEqual([
      undefined,
      'A payload is encrypted, but its metadata names no key in encryption-key-id: use a codec that does where it was written',
    ]);
  });

  test('has a key id that could harm a log', async () => {
    const metadata = {
      encoding: Buffer.from('binary/encrypted'),
      'encryption-key-id': Buffer.from(`\u001b\n${'x'.repeat(100)}`),
    };
    const [, message] = (await refusalOf(codecOf(OLD), { metadata, data: Buffer.alloc(40) })) as string[];
    expect(message).toContain(`the key "\\u001b\\n${'x'.repeat(62)}", which`);
  });
});
