import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Client, WorkflowHandle } from '@temporalio/client';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../../emulator';
import {
  BATCH_QUERIES,
  DEPROVISION_USERS,
  PROVISION_USERS,
  TASK_QUEUES,
  type BatchProgress,
  type BatchReport,
  type DeprovisionUsersInput,
  type ProvisionUsersInput,
  type ReportLine,
  type UserSyncItem,
} from '../../../src/contract';
import { createOrganizationClient, createServerClock, createTransport, fixedCredentials } from '../../../src/tencent';
import { startSkippingServer } from '../time-skipping';

/** A batch that was started. */
export interface StartedBatch {
  handle: WorkflowHandle;
  progress(): Promise<BatchProgress>;
  /** Its lines as the query tells them. */
  lines(): Promise<ReportLine[]>;
  report(): Promise<BatchReport>;
}

/** Server that skips time, workers, real client and emulator. */
export interface BatchWorld {
  emulator: Emulator;
  client: Client;
  itemsFolder: string;
  /** The worker's metrics. */
  metrics(): Promise<string>;
  provision(input: ProvisionUsersInput): Promise<StartedBatch>;
  deprovision(input: DeprovisionUsersInput): Promise<StartedBatch>;
  close(): Promise<void>;
}

/** Makes an item of a user in one account. */
export function userItem(principalId: string, more: Partial<UserSyncItem> = {}): UserSyncItem {
  return { principalType: 'User', principalId, targetType: 'MemberUin', targetUin: '100000000001', ...more };
}

/** Makes so many items. */
export function userItems(name: string, count: number): UserSyncItem[] {
  return Array.from({ length: count }, (_, index) => userItem(`${name}-${index}`));
}

export async function createBatchWorld(): Promise<BatchWorld> {
  // The server's time is skipped, the emulator's is not: its limits would count calls that lie far apart.
  const emulator = await startEmulator({ requestsPerSecond: 10_000, userSyncRequestsPerSecond: 10_000 });
  const transport = createTransport();
  const organization = createOrganizationClient({
    endpoint: emulator.url,
    credentials: fixedCredentials(DEMO_ACCOUNT),
    clock: createServerClock(Date.now),
    transport,
    deadlineMs: 3_000,
  });
  const itemsFolder = await mkdtemp(path.join(tmpdir(), 'items-'));
  const server = await startSkippingServer(organization, { userSyncs: organization, itemsFolder });
  let count = 0;
  const start = async (type: string, input: object): Promise<StartedBatch> => {
    count += 1;
    const handle = await server.client.workflow.start(type, {
      workflowId: `${type}-${count}`,
      taskQueue: TASK_QUEUES.provisioning,
      args: [input],
    });
    return {
      handle,
      progress: () => handle.query<BatchProgress>(BATCH_QUERIES.progress),
      lines: () => handle.query<ReportLine[]>(BATCH_QUERIES.report),
      report: () => handle.result() as Promise<BatchReport>,
    };
  };
  return {
    emulator,
    client: server.client,
    itemsFolder,
    metrics: () => server.metrics(),
    provision: (input) => start(PROVISION_USERS, input),
    deprovision: (input) => start(DEPROVISION_USERS, input),
    async close() {
      await server.close();
      await transport.close();
      await emulator.close();
      await rm(itemsFolder, { recursive: true });
    },
  };
}
