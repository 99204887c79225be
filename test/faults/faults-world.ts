import { activityInfo } from '@temporalio/activity';

import { DEMO_ACCOUNT, startEmulator, type Answer, type Emulator } from '../../emulator';
import type { FollowInput } from '../../src/contract';
import {
  createOrganizationClient,
  createServerClock,
  createTransport,
  fixedCredentials,
  type CredentialSource,
  type Notice,
  type OrganizationClient,
  type TransportOptions,
} from '../../src/tencent';
import {
  startSkippingServer,
  ZONE,
  type Followed,
  type Meanwhile,
  type SkippingServer,
} from '../workflows/time-skipping';

export const IN_PROGRESS: Answer = { status: 'InProgress' };
export const SUCCESS: Answer = { status: 'Success' };
/** What a gateway answers in the place of the API. */
export const HTML = '<html><head><title>Bad Gateway</title></head></html>';

/** What one follow of a faulty cloud is like. */
export interface FaultyFollow {
  /** Answers of the task, in order; the last repeats. */
  answers: Answer[];
  input?: Partial<FollowInput>;
  meanwhile?: Meanwhile;
  /** Default: {@link DEMO_ACCOUNT}. */
  credentials?: CredentialSource;
  /** Default: the emulator's. */
  endpoint?: string;
  transport?: TransportOptions;
  /** Bound of one call, real ms. Default 3,000. */
  deadlineMs?: number;
}

/** How it went. */
export interface FaultyRun extends Followed {
  /** Seconds from the start to each call that the emulator received, and what it answered. */
  seen: [second: number, answered: string | undefined][];
  notices: Notice[];
}

/** Server that skips time, worker, real client and emulator, whose clock is the server's at each call. */
export interface FaultsWorld {
  emulator: Emulator;
  follow(options: FaultyFollow): Promise<FaultyRun>;
  metrics: SkippingServer['metrics'];
  close(): Promise<void>;
}

export async function createFaultsWorld(): Promise<FaultsWorld> {
  let nowMs = Date.now();
  const emulator = await startEmulator({ now: () => nowMs });
  const clients = new Map<string, OrganizationClient>();
  const server = await startSkippingServer({
    getProvisioningTaskStatus(request, signal) {
      nowMs = activityInfo().scheduledTimestampMs;
      const client = clients.get(request.taskId);
      return client ? client.getProvisioningTaskStatus(request, signal) : Promise.reject(new Error('no client'));
    },
  });
  let count = 0;
  return {
    emulator,
    metrics: () => server.metrics(),
    async follow({
      answers,
      input,
      meanwhile,
      credentials,
      endpoint,
      transport: transportOptions,
      deadlineMs = 3_000,
    }) {
      const taskId = `t-${(count += 1)}`;
      const transport = createTransport(transportOptions);
      const notices: Notice[] = [];
      nowMs = await server.now();
      emulator.setTask(ZONE, taskId, { answers });
      const client = createOrganizationClient({
        endpoint: endpoint ?? emulator.url,
        credentials: credentials ?? fixedCredentials(DEMO_ACCOUNT),
        clock: createServerClock(() => nowMs),
        transport,
        deadlineMs,
        notify: (notice) => notices.push(notice),
      });
      clients.set(taskId, client);
      try {
        const followed = await server.followTask(taskId, input, meanwhile);
        const seen = emulator
          .requests(taskId)
          .map(({ at, answered }): FaultyRun['seen'][number] => [followed.callAt(at), answered]);
        return { ...followed, seen, notices };
      } finally {
        await transport.close();
      }
    },
    async close() {
      await server.close();
      await emulator.close();
    },
  };
}
