import { getEventListeners } from 'node:events';

import { withinDeadline } from '../../src/tencent';

const never = new Promise<never>(() => undefined);

describe('the deadline of a call', () => {
  it('gives what the action gives, and leaves neither timer nor listener', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const caller = new AbortController();
    await expect(withinDeadline(60_000, caller.signal, () => Promise.resolve('done'))).resolves.toBe('done');
    await expect(withinDeadline(60_000, caller.signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    expect(timers()).toBe(before);
  });

  it('cuts an action that never ends, and names its phase', async () => {
    let signal: AbortSignal | undefined;
    const call = withinDeadline(20, undefined, (deadline) => {
      ({ signal } = deadline);
      deadline.phase = () => 'waiting for the answer of a.example';
      return never;
    });
    await expect(call).rejects.toMatchObject({
      code: 'ClientError.Timeout',
      message: 'The call was cut after 20 ms, while waiting for the answer of a.example',
    });
    expect(signal?.aborted).toBe(true);
  });

  it('ends with the reason of the caller, also when that came first', async () => {
    const caller = new AbortController();
    const reason = new Error('cancelled');
    const call = withinDeadline(60_000, caller.signal, () => never);
    caller.abort(reason);
    await expect(call).rejects.toBe(reason);
    let begun = false;
    const late = withinDeadline(60_000, caller.signal, () => {
      begun = true;
      return never;
    });
    await expect(late).rejects.toBe(reason);
    expect(begun).toBe(false);
  });

  it('lets no failure after the deadline go unhandled', async () => {
    let fail: (error: Error) => void = () => undefined;
    const action = new Promise<never>((_, reject) => (fail = reject));
    await expect(withinDeadline(5, undefined, () => action)).rejects.toMatchObject({ code: 'ClientError.Timeout' });
    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
