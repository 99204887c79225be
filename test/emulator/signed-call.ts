import { createHash, createHmac } from 'node:crypto';
import { type Agent, type IncomingMessage, request } from 'node:http';

import { DEMO_ACCOUNT, type Emulator } from '../../emulator';

/** What a test changes about an otherwise correct call. */
export interface CallChanges {
  /** Default GetProvisioningTaskStatus; version and service follow it. */
  action?: string;
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
  token?: string;
  /** Epoch seconds. */
  timestamp?: number;
  date?: string;
  service?: string;
  signedHeaders?: string;
  /** Added last; `undefined` removes a header. */
  headers?: Record<string, string | undefined>;
  /** Default a connection for each call. */
  agent?: Agent;
}

/** An answer as received; `code` is the error code or the task status. */
export interface CallResult {
  httpStatus: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
  code: string;
  message: string;
  response: {
    TaskStatus?: Record<string, string>;
    Credentials?: { TmpSecretId: string; TmpSecretKey: string; Token: string };
    ExpiredTime?: number;
    Expiration?: string;
    RequestId?: string;
    [field: string]: unknown;
  };
}

/** A plain HTTP request. */
export interface PlainRequest {
  method?: string;
  path: string;
  headers?: Record<string, string | undefined>;
  body?: string;
  agent?: Agent;
}

/** Signs and sends one call with a signer of its own, so the emulator's verifier is not checked against itself. */
export function call(emulator: Emulator, changes: CallChanges = {}): Promise<CallResult> {
  return send(emulator, signed(emulator, changes));
}

/** Sends one request and reads its answer; rejects when the socket breaks. */
export async function send(emulator: Emulator, wanted: PlainRequest): Promise<CallResult> {
  const res = await open(emulator, wanted);
  const { text, error } = await collect(res);
  if (error) throw error;
  return { httpStatus: res.statusCode ?? 0, headers: res.headers, text, ...summarize(text) };
}

/** Sends one request and resolves when the answer's head has arrived. */
export function open(emulator: Emulator, wanted: PlainRequest): Promise<IncomingMessage> {
  const { method = 'GET', path, headers = {}, body = '', agent = false } = wanted;
  const present = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const target = { host: '127.0.0.1', port: emulator.port, method, path, agent, headers: Object.fromEntries(present) };
  return new Promise((resolve, reject) => {
    const req = request(target, resolve);
    req.on('error', reject);
    req.end(body);
  });
}

/** Reads a body until it ends or breaks. */
export function collect(res: IncomingMessage): Promise<{ text: string; error?: Error }> {
  return new Promise((resolve) => {
    let text = '';
    res.setEncoding('utf8');
    res.on('data', (chunk: string) => (text += chunk));
    res.on('error', (error) => resolve({ text, error }));
    res.on('end', () => resolve({ text }));
  });
}

/** Builds a signed call without sending it. */
export function signed(emulator: Emulator, changes: CallChanges): PlainRequest {
  const action = changes.action ?? 'GetProvisioningTaskStatus';
  const isSts = action.startsWith('AssumeRole');
  const host = changes.signedHost ?? `127.0.0.1:${emulator.port}`;
  const body = changes.body ?? '{"ZoneId":"z-1","TaskId":"t-1"}';
  const contentType = changes.contentType ?? 'application/json';
  const timestamp = changes.timestamp ?? Math.floor(Date.now() / 1000);
  const date = changes.date ?? new Date(timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${changes.service ?? (isSts ? 'sts' : 'organization')}/tc3_request`;
  const names = changes.signedHeaders ?? 'content-type;host';
  const values: Record<string, string> = { 'content-type': contentType, host, 'x-tc-action': action.toLowerCase() };
  const lines = names.split(';').map((name) => `${name}:${values[name] ?? ''}\n`);
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${sha256(body)}`;
  const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`TC3${changes.secretKey ?? DEMO_ACCOUNT.secretKey}`));
  const signature = hmac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const credential = `${changes.secretId ?? DEMO_ACCOUNT.secretId}/${scope}`;
  return {
    method: changes.method ?? 'POST',
    path: changes.path ?? '/',
    headers: {
      Host: changes.sentHost ?? host,
      'Content-Type': contentType,
      'X-TC-Action': action,
      'X-TC-Version': isSts ? '2018-08-13' : '2021-03-31',
      'X-TC-Timestamp': String(timestamp),
      'X-TC-Token': changes.token,
      Authorization: `TC3-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
      ...changes.headers,
    },
    body: changes.sentBody ?? body,
    ...(changes.agent && { agent: changes.agent }),
  };
}

type Envelope = { Response?: CallResult['response'] & { Error?: { Code: string; Message: string } } };

function summarize(text: string): Pick<CallResult, 'code' | 'message' | 'response'> {
  let parsed: Envelope | null = {};
  try {
    parsed = JSON.parse(text) as Envelope | null;
  } catch {
    // Broken bodies are part of what is tested; they have no code.
  }
  const { Error: error, ...response } = parsed?.Response ?? {};
  return { code: error?.Code ?? response.TaskStatus?.['Status'] ?? '', message: error?.Message ?? '', response };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
