import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';

import { Server, ServerCredentials, status, type ServiceDefinition } from '@grpc/grpc-js';
import { generate } from 'selfsigned';

/** Something that listens on 127.0.0.1. */
export interface LoopbackServer {
  port: number;
  close(): void;
}

/** A TLS server with a certificate of its own for 127.0.0.1 and localhost, in front of a port that speaks none. */
export async function startTlsFront(targetPort: number): Promise<LoopbackServer & { cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'front' }], {
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  const server = tls.createServer({ key, cert, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    const target = net.connect(targetPort, '127.0.0.1');
    socket.pipe(target).pipe(socket);
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  return { cert, ...(await listening(server)) };
}

/** A server that accepts connections and never says a word. */
export async function startSilentServer(): Promise<LoopbackServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const listener = await listening(server);
  return {
    port: listener.port,
    close() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A Temporal server that lets nobody in, and quotes the key that it refuses. */
export async function startRefusingTemporal(): Promise<LoopbackServer> {
  const bytes = (value: Buffer): Buffer => value;
  const method: ServiceDefinition[string] = {
    path: '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  const server = new Server();
  server.addService(
    { getSystemInfo: method },
    {
      getSystemInfo: (call: { metadata: { get(name: string): unknown[] } }, answer: (error: object) => void) =>
        answer({
          code: status.UNAUTHENTICATED,
          details: `wrong key: ${String(call.metadata.get('authorization')[0])}`,
        }),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

async function listening(server: net.Server): Promise<LoopbackServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
