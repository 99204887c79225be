import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

import { type EmulatorAccount, type Refusal, verifyRequest } from './signature';
import { type Answer, chooseAnswer, isRecord, parseTaskScript, type TaskScript } from './task-scripts';

/** Options of {@link startEmulator}. */
export interface EmulatorOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** Port to listen on; default 0, any free one. */
  port?: number;
  /** Keys that may call; default only {@link DEMO_ACCOUNT}. */
  accounts?: EmulatorAccount[];
  /** Calls admitted per key in any one second; default 220, the published limit. */
  requestsPerSecond?: number;
  /** The server's clock, epoch ms; default `Date.now`. */
  now?: () => number;
}

/** One API call as it arrived, verified or not. */
export interface ReceivedRequest {
  /** Arrival, epoch ms by the emulator's clock. */
  at: number;
  action?: string;
  zoneId?: string;
  taskId?: string;
  headers: Record<string, string>;
  body: string;
  /** Error code, task status, or `raw`, `drop`, `hang`; absent while the answer is delayed. */
  answered?: string;
  /** Epoch ms by the emulator's clock; absent for a call that hangs. */
  answeredAt?: number;
}

/** A running emulator. */
export interface Emulator {
  /** Base address, for example `http://127.0.0.1:40123`. */
  url: string;
  port: number;
  /** Scripts a task and restarts its clock and answers; this also makes its zone exist. */
  setTask(zoneId: string, taskId: string, script: TaskScript): void;
  /** Lists the API calls received in order of arrival, all or those of one task. */
  requests(taskId?: string): ReceivedRequest[];
  /** Returns the most calls of a task that were ever unanswered at the same time. */
  maxOutstanding(taskId: string): number;
  /** Stops listening and cuts every connection, also those of delayed and hanging answers. */
  close(): Promise<void>;
}

/** The key accepted by default: the placeholder of the vendor's own signature example. */
export const DEMO_ACCOUNT: EmulatorAccount = {
  secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
  secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
};

interface TaskState {
  script: TaskScript;
  setAt: number;
  calls: number;
}

const ACTION = 'GetProvisioningTaskStatus';
const VERSION = '2021-03-31';
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Starts a stand-in for Tencent Cloud's GetProvisioningTaskStatus that checks requests as the documentation says.
 *
 * Besides the API it serves, unsigned, `PUT /_emulator/tasks/{zoneId}/{taskId}` (a JSON {@link TaskScript}, answered
 * 204) and `GET /_emulator/requests[?taskId=]` (a JSON array of {@link ReceivedRequest}).
 *
 * @throws the listen error (for example `EADDRINUSE`) when the port cannot be bound
 */
export async function startEmulator(o: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, accounts = [DEMO_ACCOUNT], requestsPerSecond = 220, now = Date.now } = o;
  const zones = new Map<string, Map<string, TaskState>>();
  const received: ReceivedRequest[] = [];
  const outstanding = new Map<string, { current: number; max: number }>();
  const admitted = new Map<string, number[]>();
  const timers = new Set<NodeJS.Timeout>();

  const setTask = (zoneId: string, taskId: string, script: TaskScript): void => {
    const tasks = zones.get(zoneId) ?? new Map<string, TaskState>();
    zones.set(zoneId, tasks.set(taskId, { script, setAt: now(), calls: 0 }));
  };
  const requests = (taskId?: string): ReceivedRequest[] =>
    received.filter((request) => taskId === undefined || request.taskId === taskId);

  const server = createServer((req, res) => {
    res.setHeader('X-Emulator', 'provisioning-worker');
    // Clients learn the server's time from this header, so it must follow the injected clock.
    res.setHeader('Date', new Date(now()).toUTCString());
    serve(req, res).catch((error: unknown) => {
      // A client that went away in the middle of its request needs no answer.
      if (res.headersSent || res.destroyed) res.destroy();
      else sendJson(res, 500, { error: String(error) });
    });
  });
  // Longer than any poll interval of a test: an idle connection closed by the server would look like a lost answer.
  server.keepAliveTimeout = 60_000;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await readBody(req);
    const url = req.url ?? '/';
    if (url.startsWith('/_emulator/')) serveControl(req.method ?? '', url, body, res);
    else serveApi(req, url, body, res);
  }

  function serveControl(method: string, url: string, body: Buffer, res: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, 'http://emulator');
    const [, zone, task] = /^\/_emulator\/tasks\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
    if (method === 'PUT' && zone && task) {
      try {
        setTask(decodeURIComponent(zone), decodeURIComponent(task), parseTaskScript(JSON.parse(body.toString())));
      } catch (error) {
        return sendJson(res, 400, { error: error instanceof Error ? error.message : String(error) });
      }
      res.writeHead(204).end();
    } else if (method === 'GET' && pathname === '/_emulator/requests') {
      sendJson(res, 200, requests(searchParams.get('taskId') ?? undefined));
    } else {
      sendJson(res, 404, { error: 'use PUT /_emulator/tasks/{zoneId}/{taskId} or GET /_emulator/requests' });
    }
  }

  function serveApi(req: IncomingMessage, url: string, body: Buffer, res: ServerResponse): void {
    const headers = flatten(req.headers);
    const params = parseObject(body);
    const { ZoneId: zoneId, TaskId: taskId } = params ?? {};
    const action = headers['x-tc-action'];
    const record: ReceivedRequest = {
      at: now(),
      ...(action !== undefined && { action }),
      ...(typeof zoneId === 'string' && { zoneId }),
      ...(typeof taskId === 'string' && { taskId }),
      headers,
      body: body.toString(),
    };
    received.push(record);
    const release = enter(record.taskId);
    res.once('close', release);

    const finish = (answered: string, write: () => void): void => {
      record.answered = answered;
      record.answeredAt = now();
      // Before the bytes leave: the client's next call may arrive before this response's 'close' event.
      release();
      write();
    };
    const refusal = checkProtocol(req.method, url, headers) ?? authenticate(headers, body) ?? checkParameters(params);
    const answer = refusal ? { error: refusal } : answerTask(record.zoneId ?? '', record.taskId ?? '');
    if (answer.hang) {
      record.answered = 'hang';
      return;
    }
    later(answer.delayMs ?? 0, () => {
      if (res.destroyed) return;
      const httpStatus = answer.httpStatus ?? 200;
      if (answer.drop) finish('drop', () => void req.socket.destroy());
      else if (answer.rawBody !== undefined) finish('raw', () => sendRaw(res, httpStatus, answer.rawBody ?? ''));
      else finish(labelOf(answer), () => sendJson(res, httpStatus, envelope(answer, record.taskId ?? '')));
    });
  }

  function authenticate(headers: Record<string, string>, body: Buffer): Refusal | undefined {
    const verified = verifyRequest({ headers, body }, accounts, now());
    if ('refusal' in verified) return verified.refusal;
    const { secretId } = verified.account;
    const at = now();
    const recent = (admitted.get(secretId) ?? []).filter((time) => time > at - 1000);
    admitted.set(secretId, recent);
    if (recent.length >= requestsPerSecond) {
      const limit = `${requestsPerSecond} requests per second`;
      return { code: 'RequestLimitExceeded', message: `The request frequency exceeds the limit of ${limit}.` };
    }
    recent.push(at);
    return undefined;
  }

  function answerTask(zoneId: string, taskId: string): Answer {
    const tasks = zones.get(zoneId);
    if (!tasks) {
      return { error: { code: 'FailedOperation.ZoneIdNotExist', message: 'The space does not exist.' } };
    }
    const task = tasks.get(taskId);
    if (!task) {
      const message = 'The user synchronization task does not exist.';
      return { error: { code: 'ResourceNotFound.UserProvisioningTaskNotFound', message } };
    }
    const answer = chooseAnswer(task.script, task.calls, now() - task.setAt);
    task.calls += 1;
    return answer;
  }

  function enter(taskId: string | undefined): () => void {
    if (taskId === undefined) return () => undefined;
    const count = outstanding.get(taskId) ?? { current: 0, max: 0 };
    outstanding.set(taskId, count);
    count.current += 1;
    count.max = Math.max(count.max, count.current);
    let isReleased = false;
    return () => {
      if (!isReleased) count.current -= 1;
      isReleased = true;
    };
  }

  function later(delayMs: number, run: () => void): void {
    if (delayMs <= 0) return run();
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    setTask,
    requests,
    maxOutstanding: (taskId) => outstanding.get(taskId)?.max ?? 0,
    close: () =>
      new Promise((resolve) => {
        timers.forEach((timer) => clearTimeout(timer));
        // The callback's only error is "not running": closing twice is harmless.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function checkProtocol(
  method: string | undefined,
  url: string,
  headers: Readonly<Record<string, string>>,
): Refusal | undefined {
  if (method !== 'POST') return { code: 'UnsupportedProtocol', message: 'Only POST is supported here.' };
  if (url !== '/') return { code: 'InvalidParameter', message: 'The path must be `/` without a query.' };
  if (!/^application\/json\s*(;\s*charset=[\w-]+\s*)?$/i.test(headers['content-type'] ?? '')) {
    return { code: 'InvalidParameter', message: 'The content type must be `application/json`.' };
  }
  const action = headers['x-tc-action'];
  if (!action) return { code: 'MissingParameter', message: 'The request is missing the header `X-TC-Action`.' };
  if (action !== ACTION) return { code: 'InvalidAction', message: `The action \`${action}\` does not exist.` };
  if (headers['x-tc-version'] !== VERSION) {
    return { code: 'NoSuchVersion', message: `The version must be \`${VERSION}\`.` };
  }
  return undefined;
}

function checkParameters(params: Record<string, unknown> | undefined): Refusal | undefined {
  if (!params) return { code: 'InvalidParameter', message: 'The body must be a JSON object.' };
  const names = ['ZoneId', 'TaskId'];
  const extra = Object.keys(params).find((name) => !names.includes(name));
  if (extra !== undefined)
    return { code: 'UnknownParameter', message: `The parameter \`${extra}\` is not recognized.` };
  const missing = names.find((name) => params[name] === undefined || params[name] === null);
  if (missing)
    return { code: 'MissingParameter', message: `The request is missing a required parameter \`${missing}\`.` };
  const wrong = names.find((name) => typeof params[name] !== 'string');
  if (wrong) return { code: 'InvalidParameter', message: `The value type of parameter \`${wrong}\` is not String.` };
  return undefined;
}

function labelOf({ error, status }: Answer): string {
  return error?.code ?? status ?? '';
}

function envelope(answer: Answer, askedTaskId: string): unknown {
  const { error, status, taskId = askedTaskId, taskType = 'StartProvisioning', failureReason = '' } = answer;
  const content = error
    ? { Error: { Code: error.code, Message: error.message ?? error.code } }
    : { TaskStatus: { Status: status, TaskId: taskId, TaskType: taskType, FailureReason: failureReason } };
  return { Response: { ...content, RequestId: randomUUID() } };
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
    const value: unknown = JSON.parse(body.toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}

function sendJson(res: ServerResponse, httpStatus: number, value: unknown): void {
  res.writeHead(httpStatus, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function sendRaw(res: ServerResponse, httpStatus: number, body: string): void {
  const contentType = body.startsWith('<') ? 'text/html' : 'application/json';
  res.writeHead(httpStatus, { 'Content-Type': contentType }).end(body);
}
