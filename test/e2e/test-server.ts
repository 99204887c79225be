import { randomUUID } from 'node:crypto';
import path from 'node:path';

import { status } from '@grpc/grpc-js';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { google } from '@temporalio/proto';

import { namespacesWith, SHARED_SERVER_VARIABLE, type Settings } from '../../scripts/cluster/shared-server';
import { SEARCH_ATTRIBUTE_TYPES, type SearchAttributeName } from '../../src/contract/names';
import { startDevServer } from '../../src/dev/dev-server';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { apiTypeOf } from '../../src/preflight';
import { root } from '../support/project';
import { until } from '../support/until';

/** A namespace of a Temporal server that nobody else uses. */
export interface TestServer {
  /** gRPC address, `host:port`. */
  address: string;
  namespace: string;
  /** Absent when headless. */
  uiUrl?: string;
  /** Stops the server, unless others use it. */
  stop(): Promise<void>;
}

/** What a test needs of its server. */
export interface TestServerOptions {
  withUi: boolean;
  /** More of the server's dynamic configuration. */
  settings: Settings;
}

const RETENTION_SECONDS = 86_400;
const NAMES = Object.keys(SEARCH_ATTRIBUTE_TYPES) as SearchAttributeName[];

/** Starts a dev server, or makes a namespace on the server that `PROVISIONING_TEST_TEMPORAL` names. */
export function openTestServer(options: TestServerOptions): Promise<TestServer> {
  const shared = process.env[SHARED_SERVER_VARIABLE];
  return shared ? openNamespace(shared, options) : startOwnServer(options);
}

async function startOwnServer({ withUi, settings }: TestServerOptions): Promise<TestServer> {
  const server = await startDevServer({
    cliPath: await findTemporalCli(),
    headless: !withUi,
    fastTimers: true,
    dynamicConfig: settings,
  });
  return { ...server, namespace: 'default' };
}

async function openNamespace(address: string, { withUi, settings }: TestServerOptions): Promise<TestServer> {
  if (withUi) throw new Error('A test of the UI needs a server of its own');
  const testFile = path.relative(root, expect.getState().testPath ?? '');
  const ownName = `${path.basename(testFile, '.test.ts')}-${randomUUID()}`;
  const names = Object.keys(settings).length > 0 ? namespacesWith(settings) : [ownName];
  const connection = await Connection.connect({ address });
  try {
    const namespace = await createNamespace(connection, names, testFile);
    await createSearchAttributes(connection, namespace);
    return { address, namespace, stop: () => Promise.resolve() };
  } finally {
    await connection.close();
  }
}

/** Creates the first of these namespaces that nobody has created; its description tells which test file uses it. */
async function createNamespace({ workflowService }: Connection, names: string[], testFile: string): Promise<string> {
  const workflowExecutionRetentionPeriod = google.protobuf.Duration.fromObject({ seconds: RETENTION_SECONDS });
  for (const namespace of names) {
    try {
      await workflowService.registerNamespace({ namespace, description: testFile, workflowExecutionRetentionPeriod });
      return namespace;
    } catch (error) {
      if (codeOf(error) !== status.ALREADY_EXISTS) throw error;
    }
  }
  throw new Error(`Others use ${names.join(', ')} already: let the shared server have more of them`);
}

async function createSearchAttributes({ operatorService }: Connection, namespace: string): Promise<void> {
  const searchAttributes = Object.fromEntries(NAMES.map((name) => [name, apiTypeOf(name)]));
  await until('every part of the server knows the namespace', async () => {
    try {
      await operatorService.addSearchAttributes({ namespace, searchAttributes });
      return true;
    } catch (error) {
      if (codeOf(error) !== status.NOT_FOUND) throw error;
      return false;
    }
  });
  await until('the search attributes can be used', async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return NAMES.every((name) => customAttributes[name] !== undefined);
  });
}

function codeOf(error: unknown): status | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}
