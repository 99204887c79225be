import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

import { Accounts, DEMO_ACCOUNT } from './accounts';
import { Connections } from './connections';
import { CONTROL_PREFIX, ControlApi } from './control-api';
import { type Emulator, type EmulatorControls, type EmulatorOptions } from './emulator';
import { Gateway } from './gateway';
import { type HttpCall, readCall } from './http-call';
import { LostAnswers } from './lost-answers';
import { METADATA_PREFIX, MetadataApi } from './metadata-api';
import { type Outage, outageAt } from './outages';
import { Pauses } from './pauses';
import { RateLimits } from './rate-limits';
import { fateOf, type Reply, replyWith, send } from './reply';
import { type ReceivedRequest, RequestLog } from './request-log';
import { StsApi } from './sts-api';
import { taskStatus, TaskStatusApi } from './task-status-api';
import { UserSyncApi } from './user-sync-api';
import { Zones } from './zones';

/**
 * Starts a stand-in for the parts of Tencent Cloud that a worker talks to, which checks requests as the documentation
 * says: GetProvisioningTaskStatus, {@link USER_SYNC_ACTIONS}, STS (AssumeRole, AssumeRoleWithWebIdentity) and a
 * machine's metadata endpoint, all on one port. User syncs and their tasks are kept as the cloud does, with tasks that
 * go as the zone's {@link Directory} says.
 *
 * Besides these it serves, unsigned and in JSON, `GET /_emulator/requests[?taskId=]` (an array of
 * {@link ReceivedRequest}), `GET /_emulator/user-syncs?zoneId=` (of {@link UserSyncRecord}),
 * `GET /_emulator/user-sync-tasks?zoneId=` (of {@link UserSyncTaskRecord}) and these settings, each answered 204, or
 * 400 with an error that names the wrong field: `PUT /_emulator/zones/{zoneId}` ({@link Directory}),
 * `PUT /_emulator/tasks/{zoneId}/{taskId}` ({@link TaskScript}), `PUT /_emulator/lost-answers` (an array of
 * {@link LostAnswer}), `PUT /_emulator/accounts` (an array of {@link EmulatorAccount}), `PUT /_emulator/outages` (an
 * array of `{ fromSeconds, toSeconds, answer }`, seconds from now), `PUT /_emulator/clock` (`{ offsetSeconds }`),
 * `PUT /_emulator/sts` ({@link StsOptions}) and `PUT /_emulator/metadata` ({@link MetadataOptions} or null).
 *
 * @throws the listen error (for example `EADDRINUSE`) when the port cannot be bound
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, now = Date.now } = options;
  let offsetMs = 0;
  let outages: Outage[] = [];
  const cloudNow = (): number => now() + offsetMs;
  const accounts = new Accounts(options.accounts ?? [DEMO_ACCOUNT]);
  const zones = new Zones(now);
  const lostAnswers = new LostAnswers();
  const pauses = new Pauses();
  const taskStatuses = new TaskStatusApi(zones);
  const userSyncs = new UserSyncApi(zones, lostAnswers, pauses);
  const sts = new StsApi(accounts, cloudNow);
  const metadata = new MetadataApi(accounts, cloudNow);
  const gateway = new Gateway([taskStatuses, userSyncs, sts], accounts, new RateLimits(options), cloudNow);
  const log = new RequestLog(options.keepRequests);
  const connections = new Connections();
  const controls: EmulatorControls = {
    setZone: (zoneId, directory) => (zones.open(zoneId).directory = directory),
    setTask: (zoneId, taskId, script) => zones.open(zoneId).tasks.set(taskId, script),
    setAccounts: (all) => accounts.set(all),
    setClockOffset: (ms) => (offsetMs = ms),
    setOutages: (schedule) => (outages = schedule),
    setLostAnswers: (wanted) => lostAnswers.set(wanted),
    setSts: (wanted) => sts.set(wanted),
    setMetadata: (wanted) => metadata.set(wanted),
    userSyncs: (zoneId) => zones.get(zoneId)?.syncs.records() ?? [],
    userSyncTasks: (zoneId) => zones.get(zoneId)?.tasks.records() ?? [],
    requests: (taskId) => log.list(taskId),
    maxOutstanding: (taskId) => log.maxOutstanding(taskId),
    issued: () => accounts.issued(),
    connections: () => connections.open,
  };
  const control = new ControlApi(controls, now);

  const server = createServer((req, res) => {
    res.setHeader('X-Emulator', 'provisioning-worker');
    // Clients learn the server's time from this header, so it must follow the clock that the cloud shows.
    res.setHeader('Date', new Date(cloudNow()).toUTCString());
    serve(req, res).catch((error: unknown) => {
      // A client that went away in the middle of its request needs no answer.
      if (res.headersSent || res.destroyed) res.destroy();
      else sendJson(res, 500, { error: String(error) });
    });
  });
  server.on('connection', (socket) => connections.add(socket));
  // Longer than any poll interval of a test: an idle connection closed by the server would look like a lost answer.
  server.keepAliveTimeout = 60_000;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { socket, isReused } = connections.carry(req.socket);
    const call = await readCall(req, now);
    if (call.url.startsWith(CONTROL_PREFIX)) {
      const { httpStatus, value } = control.answer(call);
      return sendJson(res, httpStatus, value);
    }
    const record = recordOf(call, socket);
    const release = log.add(record);
    res.once('close', release);

    const reply = answer(call, record.taskId);
    const { delayMs = 0 } = reply.how;
    const fate = fateOf(reply.how, isReused);
    if (delayMs > 0 && fate !== 'hang') await pauses.wait(delayMs);
    if (res.destroyed) return;
    record.answered = fate ?? reply.content.label;
    if (fate !== 'hang' && fate !== 'stall') {
      record.answeredAt = now();
      // Before the bytes leave: the client's next call may arrive before this response's 'close' event.
      release();
    }
    if (fate === undefined) reply.content.onSent?.();
    send(req, res, reply, fate);
  }

  function answer(call: HttpCall, taskId = ''): Reply {
    if (call.url.startsWith(METADATA_PREFIX)) return metadata.answer(call.method, call.url);
    const outage = outageAt(outages, call.at);
    return outage ? replyWith(outage.answer, () => taskStatus(outage.answer, taskId)) : gateway.answer(call);
  }

  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    ...controls,
    close: () =>
      new Promise((resolve) => {
        pauses.cancel();
        // The callback's only error is "not running": closing twice is harmless.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function recordOf({ at, url, headers, body, params }: HttpCall, socket: number): ReceivedRequest {
  const action = url.startsWith(METADATA_PREFIX) ? 'metadata' : headers['x-tc-action'];
  const { ZoneId: zoneId, TaskId: taskId } = params ?? {};
  return {
    at,
    ...(action !== undefined && { action }),
    ...(typeof zoneId === 'string' && { zoneId }),
    ...(typeof taskId === 'string' && { taskId }),
    headers,
    body: body.toString(),
    socket,
  };
}

function sendJson(res: ServerResponse, httpStatus: number, value: unknown): void {
  if (value === undefined) res.writeHead(httpStatus).end();
  else res.writeHead(httpStatus, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
