import { status as grpcStatus } from '@grpc/grpc-js';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';

import { WITHOUT_PROXY, type TemporalConfig } from '../config/temporal';
import { TASK_QUEUES } from '../contract';
import type { Peer } from '../peer';
import { findSearchAttributeFaults } from '../preflight';
import {
  createNamespace,
  createSearchAttributes,
  GIVE_A_SERVER,
  removeSearchAttributes,
  searchAttributesAreWrong,
} from '../sentences';
import { readTaskQueue } from '../task-queues';
import { isLoopback } from '../tencent';

import { failed, ok, warning, type Finding } from './check';
import { judgePollers } from './pollers';
import { connectTcp, resolveName, shakeHands, type TlsSettings } from './reachability';
import type { Side } from './side';

const HOUR_MS = 3_600_000;

/** Makes the checks of the Temporal server, in the order of TEMPORAL_CHECKS. */
export function createTemporalSide({ connectionOptions, namespace }: TemporalConfig, peer: Peer): Side {
  const { tls, apiKey } = connectionOptions;
  let connection: Connection | undefined;
  /** Without the retries of the SDK, which would hide what the server says. */
  const call = <T>(signal: AbortSignal, act: (connection: Connection) => Promise<T>): Promise<T> => {
    const options = { ...connectionOptions, interceptors: [], channelArgs: WITHOUT_PROXY };
    const opened = (connection ??= Connection.lazy(options));
    return opened.withAbortSignal(signal, () => act(opened));
  };
  return {
    steps: [
      {
        name: 'temporal-dns',
        next: `Check the name and the resolver of this machine. ${GIVE_A_SERVER}`,
        run: async () => ok(await resolveName(peer)),
      },
      {
        name: 'temporal-tcp',
        needs: ['temporal-dns'],
        next: `No server listens there, or no route leads to it. ${GIVE_A_SERVER}`,
        run: async (signal) => ok(await connectTcp(peer, signal)),
      },
      {
        name: 'temporal-tls',
        needs: ['temporal-tcp'],
        next: 'Unset TEMPORAL_TLS and TEMPORAL_API_KEY when the server speaks no TLS; else check TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME and the client certificate',
        run: async (signal) =>
          tls ? ok(await shakeHands(peer, settingsOf(tls), signal)) : judgePlainText(peer, apiKey !== undefined),
      },
      {
        name: 'temporal-authentication',
        needs: ['temporal-tls'],
        next: 'See the log of the server; one that wants TLS or a client certificate ends the connection: TEMPORAL_TLS_*',
        run: (signal) =>
          call(signal, async ({ workflowService }) => {
            try {
              const { serverVersion } = await workflowService.getSystemInfo({});
              await unlessMissing(workflowService.describeNamespace({ namespace }));
              return ok(`server ${serverVersion} lets us in ${meansOf(connectionOptions)}`);
            } catch (error) {
              return judgeRefusal(error, namespace);
            }
          }),
      },
      {
        name: 'temporal-namespace',
        needs: ['temporal-authentication'],
        next: 'See the log of the server',
        run: (signal) =>
          call(signal, async ({ workflowService }) => {
            const described = await unlessMissing(workflowService.describeNamespace({ namespace }));
            if (!described) return failed(`namespace "${namespace}" does not exist`, createNamespace(namespace));
            const retentionMs = tsToMs(described.config?.workflowExecutionRetentionTtl);
            return ok(`namespace "${namespace}" exists, and keeps ended workflows for ${retentionMs / HOUR_MS} h`);
          }),
      },
      {
        name: 'temporal-search-attributes',
        needs: ['temporal-namespace'],
        next: 'Let the key list search attributes: a worker does so at its start',
        run: (signal) =>
          call(signal, async (opened) => {
            const { missing, wrong } = await findSearchAttributeFaults(opened, namespace);
            if (wrong.length > 0) {
              return failed(searchAttributesAreWrong(wrong), removeSearchAttributes(namespace, wrong));
            }
            return missing.length > 0
              ? failed(`missing search attributes: ${missing.join(', ')}`, createSearchAttributes(namespace, missing))
              : ok('all six are there, with the right types');
          }),
      },
      {
        name: 'temporal-pollers',
        needs: ['temporal-namespace'],
        next: 'See the log of the server',
        run: (signal) =>
          call(signal, async (opened) => {
            const { provisioning, tencentOrganization, tencentUserSync } = TASK_QUEUES;
            const keys = [
              { namespace, queue: provisioning, kind: 'workflow' },
              { namespace, queue: tencentOrganization, kind: 'activity' },
              { namespace, queue: tencentUserSync, kind: 'activity' },
            ] as const;
            const queues = keys.map(async (key) => ({ ...key, ...(await readTaskQueue(opened, key)) }));
            return judgePollers(await Promise.all(queues), Date.now());
          }),
      },
    ],
    close: async () => connection?.close(),
  };
}

type ConnectionOptions = TemporalConfig['connectionOptions'];

function settingsOf(tls: NonNullable<ConnectionOptions['tls']>): TlsSettings {
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = tls === true || tls === false ? {} : tls;
  return {
    // Temporal Cloud refuses a handshake without it.
    ALPNProtocols: ['h2'],
    ...(serverNameOverride !== undefined && { servername: serverNameOverride }),
    ...(serverRootCACertificate && { ca: Buffer.from(serverRootCACertificate) }),
    ...(clientCertPair && { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
  };
}

function judgePlainText({ host }: Peer, hasKey: boolean): Finding {
  if (isLoopback(host)) return ok('TLS is off: the server is on this machine');
  const detail = `TLS is off${hasKey ? ', and the API key is sent in clear text' : ''}: ${host} is not this machine`;
  return warning(detail, 'Set TEMPORAL_TLS=true when the server speaks TLS');
}

function meansOf({ apiKey, tls }: ConnectionOptions): string {
  if (apiKey !== undefined) return 'with the API key';
  return typeof tls === 'object' && tls?.clientCertPair ? 'with the client certificate' : 'without credentials';
}

function judgeRefusal(error: unknown, namespace: string): Finding {
  const isRefusal =
    isGrpcServiceError(error) && [grpcStatus.UNAUTHENTICATED, grpcStatus.PERMISSION_DENIED].includes(error.code);
  if (!isRefusal) throw error;
  const next = `Check TEMPORAL_API_KEY or the client certificate, and whether it may use namespace "${namespace}"`;
  return failed(`the server refused us: ${error.message}`, next);
}

async function unlessMissing<T>(described: Promise<T>): Promise<T | undefined> {
  try {
    return await described;
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpcStatus.NOT_FOUND) return undefined;
    throw error;
  }
}
