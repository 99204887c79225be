import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { status } from '@grpc/grpc-js';

import { BatchClient, ProvisioningClient } from '../client';
import { readTemporalConfig, WITHOUT_PROXY } from '../config/temporal';
import { noServerAnswers } from '../sentences';

import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';
import { explained, type Server } from './server-errors';

const CONNECT_TIMEOUT_MS = 5_000;
/** Codes of a server that answers, yet not as wanted. */
const REFUSALS: readonly number[] = [status.PERMISSION_DENIED, status.UNAUTHENTICATED, status.RESOURCE_EXHAUSTED];

/** Runs an action with a client of follows, connected as the Temporal CLI would be, and closes the connection. */
export function withClient<T>(action: (client: ProvisioningClient, server: Server) => Promise<T>): Promise<T> {
  return withTemporal((temporal, server) => action(new ProvisioningClient(temporal), server));
}

/** Runs an action with a client of batches, likewise. */
export function withBatchClient<T>(action: (client: BatchClient) => Promise<T>): Promise<T> {
  return withTemporal((temporal) => action(new BatchClient(temporal)));
}

async function withTemporal<T>(action: (temporal: Client, server: Server) => Promise<T>): Promise<T> {
  const { connectionOptions, address, namespace } = readTemporalConfig();
  const server = { address, namespace };
  const connection = await Connection.connect({
    ...connectionOptions,
    connectTimeout: CONNECT_TIMEOUT_MS,
    channelArgs: WITHOUT_PROXY,
  }).catch((error: unknown) => {
    throw isGrpcServiceError(error) && REFUSALS.includes(error.code)
      ? explained(error, server)
      : cannotConnect(address, error);
  });
  try {
    return await action(new Client({ connection, namespace }), server);
  } catch (error) {
    throw explained(error, server);
  } finally {
    await connection.close();
  }
}

function cannotConnect(address: string, cause: unknown): CommandError {
  return new CommandError(noServerAnswers(address), EXIT_CODES.cannotConnect, 'CannotConnect', { cause });
}
