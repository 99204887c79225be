import { validateHeaderName, validateHeaderValue } from 'node:http';

import { anything, flag, integer, isRecord, number, objectOf, oneOf, type Reader, text } from './json-reader';

/**
 * One answer. What is sent: the first present of `rawBody`, `body`, `error`; else what the endpoint usually sends. How:
 * the first that applies of `dropReused`, `hang`, `drop`, `stall`, `cut`; else in full.
 */
export interface Answer {
  /** Of a TaskStatus: default `InProgress` in {@link TaskScript.answers} and outages, `Success` in `then`. */
  status?: string;
  /** Default `''`. */
  failureReason?: string;
  /** Default `StartProvisioning`. */
  taskType?: string;
  /** The TaskId answered; default the one asked for. */
  taskId?: string;
  /** An API error instead of a status. */
  error?: { code: string; message?: string };
  /** Default 200, as the real API answers API errors too; redirects are possible. */
  httpStatus?: number;
  /** Added to the response, replacing a usual one of the same name, for example Retry-After, Location or Date. */
  headers?: Record<string, string>;
  /** Sent as it is, for broken bodies. */
  rawBody?: string;
  /** Sent as JSON, for well-formed bodies of the wrong shape, `null` included. */
  body?: unknown;
  /** Wait before the answer (or the drop), real time in ms; default 0. */
  delayMs?: number;
  /** Destroys the socket instead of answering. */
  drop?: boolean;
  /** Never answers; the connection stays open. */
  hang?: boolean;
  /** Falls silent after the response's head, or after half of its body; the connection stays open. */
  stall?: 'headers' | 'body';
  /** Destroys the socket after half of the body. */
  cut?: boolean;
  /** Drops the call if its socket carried an earlier request, like a keep-alive socket that the server had closed. */
  dropReused?: boolean;
  /** Ends the socket after the answer, without having said `Connection: close`. */
  closeAfter?: boolean;
}

/** Reads an {@link Answer} from JSON. */
export const readAnswer: Reader<Answer> = objectOf<Answer>({
  status: text,
  failureReason: text,
  taskType: text,
  taskId: text,
  error: objectOf<{ code: string; message?: string }>({ code: text, message: text }, 'code'),
  // Node refuses other status codes only when the answer is written, far from the script that asked for them.
  httpStatus: integer(200, 599),
  headers: readHeaders,
  rawBody: text,
  body: anything,
  delayMs: number,
  drop: flag,
  hang: flag,
  stall: oneOf('headers', 'body'),
  cut: flag,
  dropReused: flag,
  closeAfter: flag,
});

function readHeaders(value: unknown, path: string): Record<string, string> {
  if (!isRecord(value)) throw new TypeError(`${path} must be an object`);
  const headers = Object.entries(value).map(([name, field]): [string, string] => {
    const header = text(field, `${path}.${name}`);
    try {
      validateHeaderName(name);
      validateHeaderValue(name, header);
    } catch {
      throw new TypeError(`${path}.${name} is no valid HTTP header`);
    }
    return [name, header];
  });
  return Object.fromEntries(headers);
}
