import { Client, Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';

import { ProvisioningClient } from '../client';
import { readTemporalConfig, WITHOUT_PROXY } from '../config/temporal';
import { namespaceIsMissing, noServerAnswers } from '../sentences';

import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';

const CONNECT_TIMEOUT_MS = 5_000;

/** Runs an action with a client connected as the Temporal CLI would be, and closes the connection. */
export async function withClient<T>(action: (client: ProvisioningClient) => Promise<T>): Promise<T> {
  const { connectionOptions, address, namespace } = readTemporalConfig();
  const connection = await Connection.connect({
    ...connectionOptions,
    connectTimeout: CONNECT_TIMEOUT_MS,
    channelArgs: WITHOUT_PROXY,
  }).catch((error: unknown) => {
    throw cannotConnect(address, error);
  });
  try {
    return await action(new ProvisioningClient(new Client({ connection, namespace })));
  } catch (error) {
    if (error instanceof NamespaceNotFoundError) {
      throw new CommandError(namespaceIsMissing(namespace), EXIT_CODES.badInput, 'NamespaceMissing', { cause: error });
    }
    throw error instanceof ServiceError || isGrpcServiceError(error) ? refused(address, namespace, error) : error;
  } finally {
    await connection.close();
  }
}

function cannotConnect(address: string, cause: unknown): CommandError {
  return new CommandError(noServerAnswers(address), EXIT_CODES.cannotConnect, 'CannotConnect', { cause });
}

function refused(address: string, namespace: string, error: Error): CommandError {
  const cause = error.cause instanceof Error ? error.cause : error;
  const message = `The Temporal server at ${address} (namespace "${namespace}") refused the call: ${cause.message}`;
  return new CommandError(message, EXIT_CODES.cannotConnect, 'ServerRefused', { cause: error });
}
