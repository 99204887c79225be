import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

import { ProvisioningClient, type WaitOptions } from '../src/client';
import { until } from './support/until';

const PAUSE_MS = 5_000;

test('a wait ends with its own timeout or signal, also between two retries of a call', async () => {
  const waits = async (options: WaitOptions): Promise<void> => {
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
    await expect(client.waitForOutcome('z-1', 't-1', options)).resolves.toEqual({ kind: 'waiting' });
    // That of the outcome and that of the snapshot: both fell into the pause.
    expect(attempts).toEqual([1, 1]);
    // The SDK sends them once more; none may meet a closed connection.
    await until('no call is out any more', () => attempts.length === 4);
    await connection.close();
  };
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 500);
  await Promise.all([waits({ timeoutMs: 500 }), waits({ signal: stop.signal })]);
});
