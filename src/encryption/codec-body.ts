import type { IncomingMessage } from 'node:http';

import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

import { HttpError } from './http-error';

const { Payloads } = temporal.api.common.v1;

/** The server of Temporal takes messages of 4 MiB, which base64 makes a third longer. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const SHAPE = '{"payloads": [{"metadata": {"<name>": "<base64>"}, "data": "<base64>"}]}';

/**
 * Reads the payloads of a request of Temporal's remote codec protocol.
 *
 * @throws HttpError 415, 413 or 400; the error of the socket when the client goes away
 */
export async function readPayloads(request: IncomingMessage): Promise<Payload[]> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new HttpError(415, 'the body must have the content type application/json');
  }
  return parsePayloads(await readBody(request));
}

/** Writes payloads as the protocol answers them. */
export function writePayloads(payloads: readonly Payload[]): object {
  const message = Payloads.fromObject({ payloads });
  return { payloads: [], ...Payloads.toObject(message, { bytes: String, longs: String }) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const tooLarge = new HttpError(413, `the body must have at most ${MAX_BODY_BYTES} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  // Not by iteration: to leave it early would close the connection before the answer.
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) {
        chunks.push(chunk);
      } else {
        request.pause();
        reject(tooLarge);
      }
    });
    request.once('end', resolve);
    request.once('error', reject);
  });
  return Buffer.concat(chunks).toString();
}

function parsePayloads(body: string): Payload[] {
  try {
    const payloads = listIn(JSON.parse(body));
    if (payloads?.every(isPayload)) return Payloads.fromObject({ payloads }).payloads;
  } catch {
    // The words of the parser would quote the body.
  }
  throw new HttpError(400, `the body must be ${SHAPE}`);
}

function listIn(body: unknown): unknown[] | undefined {
  if (!isRecord(body)) return undefined;
  // JSON of protobuf messages leaves out what is empty, as the Temporal CLI does.
  const { payloads = [] } = body;
  return Array.isArray(payloads) ? payloads : undefined;
}

function isPayload(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { metadata: given, data = '' } = value;
  const metadata = given ?? {};
  return isRecord(metadata) && [...Object.values(metadata), data].every(isBase64);
}

/** In either alphabet, as JSON of protobuf messages may have it; absent values may be written as null. */
function isBase64(value: unknown): boolean {
  return value === null || (typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
