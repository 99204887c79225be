import { randomUUID } from 'node:crypto';
import path from 'node:path';

import { Connection } from '@temporalio/client';
import { google } from '@temporalio/proto';

import { namespaceOfShortRuns, SHARED_SERVER_VARIABLE } from '../../scripts/cluster/shared-server';
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
  /** After so many events a run continues as new; default: the server's. */
  eventsOfARun: number | undefined;
  /** More of the server's dynamic configuration, each value as JSON. */
  dynamicConfig: Readonly<Record<string, string>> | undefined;
}

const RETENTION_SECONDS = 86_400;
const NAMES = Object.keys(SEARCH_ATTRIBUTE_TYPES) as SearchAttributeName[];

/** Starts a dev server, or makes a namespace on the server that `PROVISIONING_TEST_TEMPORAL` names. */
export function openTestServer(options: TestServerOptions): Promise<TestServer> {
  const shared = process.env[SHARED_SERVER_VARIABLE];
  return shared ? openNamespace(shared, options) : startOwnServer(options);
}

async function startOwnServer({ withUi, eventsOfARun, dynamicConfig }: TestServerOptions): Promise<TestServer> {
  const server = await startDevServer({
    cliPath: await findTemporalCli(),
    headless: !withUi,
    fastTimers: true,
    dynamicConfig: {
      ...(eventsOfARun !== undefined && { 'limit.historyCount.suggestContinueAsNew': String(eventsOfARun) }),
      ...dynamicConfig,
    },
  });
  return { ...server, namespace: 'default' };
}

async function openNamespace(address: string, options: TestServerOptions): Promise<TestServer> {
  const { withUi, eventsOfARun, dynamicConfig } = options;
  if (withUi || dynamicConfig) throw new Error('A test of the UI, or with settings, needs a server of its own');
  const description = path.relative(root, expect.getState().testPath ?? '');
  const ownName = `${path.basename(description, '.test.ts')}-${randomUUID()}`;
  const namespace = eventsOfARun === undefined ? ownName : namespaceOfShortRuns(eventsOfARun);
  const connection = await Connection.connect({ address });
  try {
    const { workflowService, operatorService } = connection;
    // Who used the server is told by the descriptions of its namespaces.
    await workflowService.registerNamespace({
      namespace,
      description,
      workflowExecutionRetentionPeriod: google.protobuf.Duration.fromObject({ seconds: RETENTION_SECONDS }),
    });
    const searchAttributes = Object.fromEntries(NAMES.map((name) => [name, apiTypeOf(name)]));
    // A new namespace is not known to every part of the server at once.
    await until('the search attributes are taken', () =>
      operatorService.addSearchAttributes({ namespace, searchAttributes }).then(
        () => true,
        () => false,
      ),
    );
    await until('the search attributes can be used', async () => {
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
      return NAMES.every((name) => customAttributes[name] !== undefined);
    });
  } finally {
    await connection.close();
  }
  return { address, namespace, stop: () => Promise.resolve() };
}
