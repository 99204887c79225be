import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

import { ProvisioningClient, type WaitOptions } from '../src/client';
import { until } from './support/until';

const PAUSE_MS = 5_000;

test('a wait or a question ends with its own timeout or signal, also between two retries of a call', async () => {
  const awaits = async (calls: number, ask: (client: ProvisioningClient) => Promise<void>): Promise<void> => {
    const attempts: number[] = [];
    const retry = makeGrpcRetryInterceptor({
      ...defaultGrpcRetryOptions(),
      delayFunction: () => PAUSE_MS,
      retryableDecider: (attempt) => {
        attempts.push(attempt);
        return attempt < 2;
      },
    });
    // Nobody listens there.
    const connection = Connection.lazy({ address: '127.0.0.1:1', interceptors: [retry] });
    const client = new ProvisioningClient(new Client({ connection }));
    await ask(client);
    // Each call fell into the pause.
    expect(attempts).toEqual(Array(calls).fill(1));
    // The SDK sends them once more; none may meet a closed connection.
    await until('no call is out any more', () => attempts.length === 2 * calls);
    await connection.close();
  };
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 500);
  const { signal } = stop;
  // A wait asks for the outcome, then for the snapshot.
  const waits = (options: WaitOptions): Promise<void> =>
    awaits(2, async (client) => {
      await expect(client.waitForOutcome('z-1', 't-1', options)).resolves.toEqual({ kind: 'waiting' });
    });
  const asks = awaits(1, (client) =>
    expect(client.status('z-1', 't-1', { signal })).rejects.toMatchObject({ name: 'AbortError' }),
  );
  await Promise.all([waits({ timeoutMs: 500 }), waits({ signal }), asks]);
});
