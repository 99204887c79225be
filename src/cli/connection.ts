import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { status } from '@grpc/grpc-js';

import { BatchClient, ProvisioningClient } from '../client';
import { ConfigurationError } from '../config/configuration-error';
import { readTemporalConfig, WITHOUT_PROXY, type TemporalConfig } from '../config/temporal';
import { createDataConverter } from '../encryption/data-converter';
import { readEncryption, type EncryptionSettings } from '../encryption/encryption-keys';
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
  const { connectionOptions, address, namespace, encryption } = readSettings(process.env);
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
    const dataConverter = createDataConverter(encryption);
    return await action(new Client({ connection, namespace, dataConverter }), server);
  } catch (error) {
    throw explained(error, server);
  } finally {
    await connection.close();
  }
}

function readSettings(env: NodeJS.ProcessEnv): TemporalConfig & { encryption: EncryptionSettings | undefined } {
  const faults: string[] = [];
  const encryption = readEncryption(env, faults);
  try {
    const temporal = readTemporalConfig();
    if (faults.length === 0) return { ...temporal, encryption };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.unshift(...error.faults);
  }
  throw new ConfigurationError(faults);
}

function cannotConnect(address: string, cause: unknown): CommandError {
  return new CommandError(noServerAnswers(address), EXIT_CODES.cannotConnect, 'CannotConnect', { cause });
}
