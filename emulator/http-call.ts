import { type IncomingMessage } from 'node:http';

import { parseExactly } from './exact-json';
import { isRecord } from './json-reader';

/** One request as it arrived in full. */
export interface HttpCall {
  /** Epoch ms by the emulator's `now`. */
  at: number;
  method: string;
  url: string;
  /** Names in lower case; repeated headers are joined. */
  headers: Record<string, string>;
  body: Buffer;
  /** The body as a JSON object, in which an integer that a number cannot hold is a bigint; `undefined` when it is none. */
  params: Readonly<Record<string, unknown>> | undefined;
  /** Address of the client. */
  ip: string;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Reads a request to its end.
 *
 * @throws RangeError when its body exceeds 10 MiB, and the socket's error when the client goes away
 */
export async function readCall(req: IncomingMessage, now: () => number): Promise<HttpCall> {
  const { method = '', url = '/', socket } = req;
  const ip = socket.remoteAddress ?? '';
  const body = await readBody(req);
  return { at: now(), method, url, headers: flatten(req.headers), body, params: parseObject(body), ip };
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RangeError(`the body exceeds ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value = parseExactly(body.toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}
