import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';

import { DEMO_ACCOUNT, type Emulator } from '../../emulator';

/** What a test changes about an otherwise correct call. */
export interface CallChanges {
  body?: string;
  /** Sent instead of the signed body. */
  sentBody?: string;
  /** Sent instead of the signed Host. */
  sentHost?: string;
  signedHost?: string;
  method?: string;
  path?: string;
  contentType?: string;
  secretId?: string;
  secretKey?: string;
  /** Epoch seconds. */
  timestamp?: number;
  date?: string;
  service?: string;
  signedHeaders?: string;
  /** Added last; `undefined` removes a header. */
  headers?: Record<string, string | undefined>;
}

/** An answer as received; `code` is the error code or the task status. */
export interface CallResult {
  httpStatus: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
  code: string;
  message: string;
  response: { TaskStatus?: Record<string, string>; RequestId?: string };
}

/** Signs and sends one call with a signer of its own, so the emulator's verifier is not checked against itself. */
export function call(emulator: Emulator, changes: CallChanges = {}): Promise<CallResult> {
  const host = changes.signedHost ?? `127.0.0.1:${emulator.port}`;
  const body = changes.body ?? '{"ZoneId":"z-1","TaskId":"t-1"}';
  const contentType = changes.contentType ?? 'application/json';
  const timestamp = changes.timestamp ?? Math.floor(Date.now() / 1000);
  const date = changes.date ?? new Date(timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${changes.service ?? 'organization'}/tc3_request`;
  const signed = changes.signedHeaders ?? 'content-type;host';
  const values: Record<string, string> = { 'content-type': contentType, host, 'x-tc-action': ACTION.toLowerCase() };
  const lines = signed.split(';').map((name) => `${name}:${values[name] ?? ''}\n`);
  const canonical = `POST\n/\n\n${lines.join('')}\n${signed}\n${sha256(body)}`;
  const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`TC3${changes.secretKey ?? DEMO_ACCOUNT.secretKey}`));
  const signature = hmac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const credential = `${changes.secretId ?? DEMO_ACCOUNT.secretId}/${scope}`;
  const headers: Record<string, string | undefined> = {
    Host: changes.sentHost ?? host,
    'Content-Type': contentType,
    'X-TC-Action': ACTION,
    'X-TC-Version': '2021-03-31',
    'X-TC-Timestamp': String(timestamp),
    Authorization: `TC3-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
    ...changes.headers,
  };
  return send(emulator, changes.method ?? 'POST', changes.path ?? '/', headers, changes.sentBody ?? body);
}

/** Sends one plain request on a connection of its own; rejects when the socket breaks. */
export function send(
  emulator: Emulator,
  method: string,
  path: string,
  headers: Record<string, string | undefined>,
  body: string,
): Promise<CallResult> {
  const present = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new Promise((resolve, reject) => {
    const req = request(
      { host: '127.0.0.1', port: emulator.port, method, path, agent: false, headers: Object.fromEntries(present) },
      (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (chunk: string) => (text += chunk));
        res.on('error', reject);
        res.on('end', () => {
          resolve({ httpStatus: res.statusCode ?? 0, headers: res.headers, text, ...summarize(text) });
        });
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

const ACTION = 'GetProvisioningTaskStatus';

type Envelope = { Response?: CallResult['response'] & { Error?: { Code: string; Message: string } } };

function summarize(text: string): Pick<CallResult, 'code' | 'message' | 'response'> {
  let parsed: Envelope = {};
  try {
    parsed = JSON.parse(text) as Envelope;
  } catch {
    // Broken bodies are part of what is tested; they have no code.
  }
  const { Error: error, ...response } = parsed.Response ?? {};
  return { code: error?.Code ?? response.TaskStatus?.['Status'] ?? '', message: error?.Message ?? '', response };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
