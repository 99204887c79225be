import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';

import { type Answer } from './answer';
import { writeExactly } from './exact-json';
import { type Refusal } from './signature';

/** A response body and the label under which it is recorded. */
export interface Content {
  label: string;
  contentType: string;
  text: string;
  /** Called once it is sent in full. */
  onSent?: () => void;
}

/** What is sent, and how. */
export interface Reply {
  how: Answer;
  content: Content;
}

/** The ways of not answering in full. */
export type Fate = 'dropReused' | 'hang' | 'drop' | 'stall' | 'cut';

/** Completes a scripted answer; `usual` is called only when the answer itself holds nothing to send. */
export function replyWith(how: Answer, usual: () => Content): Reply {
  const { rawBody, body, error, hang, drop } = how;
  // Nothing is sent, so no key must be issued for it.
  if (hang || drop) return { how, content: { label: '', contentType: '', text: '' } };
  if (rawBody !== undefined) {
    const contentType = rawBody.startsWith('<') ? 'text/html' : 'application/json';
    return { how, content: { label: 'raw', contentType, text: rawBody } };
  }
  if (body !== undefined) return { how, content: jsonContent('body', body) };
  return { how, content: error ? errorContent(error) : usual() };
}

/** Builds the reply of an API error. */
export function refuse(error: Refusal): Reply {
  return { how: {}, content: errorContent(error) };
}

/** Builds the body of an API error; its message is the code when there is none. */
export function errorContent({ code, message = code }: { code: string; message?: string }): Content {
  return envelope(code, { Error: { Code: code, Message: message } });
}

/** Wraps fields in the API's envelope, with a new RequestId. */
export function envelope(label: string, fields: Record<string, unknown>): Content {
  return jsonContent(label, { Response: { ...fields, RequestId: randomUUID() } });
}

/** Builds a JSON body; a bigint becomes an integer. */
export function jsonContent(label: string, value: unknown): Content {
  return { label, contentType: 'application/json', text: writeExactly(value) };
}

/** Tells what happens to an answer on its way; `undefined`: it is sent in full. */
export function fateOf(how: Answer, isReused: boolean): Fate | undefined {
  if (how.dropReused && isReused) return 'dropReused';
  if (how.hang) return 'hang';
  if (how.drop) return 'drop';
  if (how.stall) return 'stall';
  return how.cut ? 'cut' : undefined;
}

/** Sends a reply, as far as its fate lets it. */
export function send(req: IncomingMessage, res: ServerResponse, reply: Reply, fate?: Fate): void {
  const { how, content } = reply;
  if (fate === 'hang') return;
  if (fate === 'drop' || fate === 'dropReused') {
    req.socket.destroy();
    return;
  }
  const bytes = Buffer.from(content.text);
  const half = bytes.subarray(0, bytes.length / 2);
  res.writeHead(how.httpStatus ?? 200, {
    'Content-Type': content.contentType,
    'Content-Length': bytes.length,
    ...how.headers,
  });
  if (fate === 'stall') {
    if (how.stall === 'headers') res.flushHeaders();
    else res.write(half);
  } else if (fate === 'cut') {
    res.write(half, () => req.socket.destroy());
  } else {
    res.end(bytes, () => {
      if (how.closeAfter) req.socket.end();
    });
  }
}
