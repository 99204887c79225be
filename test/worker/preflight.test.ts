import { Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { NativeConnection } from '@temporalio/worker';

import { FOLLOW_PROVISIONING_TASK, SEARCH_ATTRIBUTES, TASK_QUEUES } from '../../src/contract';
import { startDevServer, type DevServer } from '../../src/dev/dev-server';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { ensureNamespace, ensureSearchAttributes, PreflightError } from '../../src/preflight';
import { until } from '../support/until';

const TYPE = temporal.api.enums.v1.IndexedValueType;
const KEYWORD = TYPE.INDEXED_VALUE_TYPE_KEYWORD;
const OURS = {
  ProvisioningZoneId: KEYWORD,
  ProvisioningTaskId: KEYWORD,
  ProvisioningPhase: KEYWORD,
  ProvisioningErrorCode: KEYWORD,
  ProvisioningStartedAt: TYPE.INDEXED_VALUE_TYPE_DATETIME,
  ProvisioningPhaseSince: TYPE.INDEXED_VALUE_TYPE_DATETIME,
};

describe('the preflight, against a real server', () => {
  let server: DevServer;
  let connection: NativeConnection;

  beforeAll(async () => {
    server = await startDevServer({ cliPath: await findTemporalCli(), headless: true });
    connection = await NativeConnection.connect({ address: server.address });
  });

  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  async function createNamespace(namespace: string): Promise<void> {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await until(`${namespace} is there`, () =>
      connection.operatorService.listSearchAttributes({ namespace }).then(
        () => true,
        () => false,
      ),
    );
  }

  async function add(namespace: string, searchAttributes: Record<string, number>): Promise<void> {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    await until('the attributes are there', async () => {
      const there = await registered(namespace);
      return Object.keys(searchAttributes).every((name) => name in there);
    });
  }

  async function registered(namespace: string): Promise<Record<string, number>> {
    return (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes;
  }

  async function messageOf(check: Promise<void>): Promise<string> {
    const error: unknown = await check.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PreflightError);
    return error instanceof Error ? error.message : '';
  }

  test('creates the search attributes that are missing, usable at once', async () => {
    await createNamespace('empty');
    await ensureSearchAttributes(connection, 'empty');
    const { workflow } = new Client({ connection, namespace: 'empty' });
    const { startedAt, phaseSince, ...keywords } = SEARCH_ATTRIBUTES;
    const typedSearchAttributes = [
      ...Object.values(keywords).map((name) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value: `a ${name}`,
      })),
      ...[startedAt, phaseSince].map((name) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.DATETIME),
        value: new Date('2026-03-01T12:00Z'),
      })),
    ];
    await workflow.start(FOLLOW_PROVISIONING_TASK, {
      workflowId: 'w-1',
      taskQueue: TASK_QUEUES.provisioning,
      typedSearchAttributes,
    });
    await expect(registered('empty')).resolves.toEqual(OURS);
    const query = [
      ...Object.values(keywords).map((name) => `${name} = 'a ${name}'`),
      ...[startedAt, phaseSince].map((name) => `${name} < '2026-03-01T12:00:01Z'`),
    ].join(' AND ');
    await until('the workflow is listed', async () => (await workflow.count(query)).count === 1);
  });

  test('adds only what is missing, and leaves the attributes of others alone', async () => {
    await createNamespace('partly');
    await add('partly', { ProvisioningZoneId: KEYWORD, Customer: TYPE.INDEXED_VALUE_TYPE_TEXT });
    await ensureSearchAttributes(connection, 'partly');
    await expect(registered('partly')).resolves.toEqual({ ...OURS, Customer: TYPE.INDEXED_VALUE_TYPE_TEXT });
  });

  test('changes nothing the second time', async () => {
    await ensureSearchAttributes(connection, 'default');
    const adding = jest.spyOn(connection.operatorService, 'addSearchAttributes');
    await ensureSearchAttributes(connection, 'default');
    expect(adding).not.toHaveBeenCalled();
    adding.mockRestore();
    await expect(registered('default')).resolves.toEqual(OURS);
  });

  test("workers that start at the same moment do not stand in each other's way", async () => {
    await createNamespace('busy');
    await Promise.all(Array.from({ length: 5 }, () => ensureSearchAttributes(connection, 'busy')));
    await expect(registered('busy')).resolves.toEqual(OURS);
  });

  test('refuses attributes of a wrong type, naming each and the command that removes them', async () => {
    await createNamespace('wrong');
    await add('wrong', {
      ProvisioningTaskId: TYPE.INDEXED_VALUE_TYPE_TEXT,
      ProvisioningPhase: TYPE.INDEXED_VALUE_TYPE_INT,
      ProvisioningStartedAt: KEYWORD,
    });
    await expect(messageOf(ensureSearchAttributes(connection, 'wrong'))).resolves.toBe(
      'Search attributes of the wrong type: ProvisioningTaskId must be Keyword, ProvisioningPhase must be Keyword, ProvisioningStartedAt must be Datetime. Use another namespace, or remove them with: temporal operator search-attribute remove --namespace wrong --name ProvisioningTaskId --name ProvisioningPhase --name ProvisioningStartedAt',
    );
    expect(Object.keys(await registered('wrong')).sort()).toEqual([
      'ProvisioningPhase',
      'ProvisioningStartedAt',
      'ProvisioningTaskId',
    ]);
  });

  test('gives the command that creates them when the server refuses', async () => {
    await createNamespace('full');
    await add('full', { ProvisioningPhase: KEYWORD });
    await add('full', Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`Taken${i}`, KEYWORD])));
    await expect(messageOf(ensureSearchAttributes(connection, 'full'))).resolves.toBe(
      'Search attributes are missing and could not be created (Unable to create search attributes: cannot have more than 10 search attribute of type Keyword.). Create them with: temporal operator search-attribute create --namespace full --name ProvisioningZoneId --type Keyword --name ProvisioningTaskId --type Keyword --name ProvisioningErrorCode --type Keyword --name ProvisioningStartedAt --type Datetime --name ProvisioningPhaseSince --type Datetime',
    );
  });

  test('gives the command that creates a missing namespace', async () => {
    await expect(ensureNamespace(connection, 'default')).resolves.toBeUndefined();
    await expect(messageOf(ensureNamespace(connection, 'nowhere'))).resolves.toBe(
      'Namespace "nowhere" does not exist. Create it with: temporal operator namespace create --namespace nowhere',
    );
  });
});
