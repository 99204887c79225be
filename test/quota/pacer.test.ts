import { Pacer } from '../../src/quota/pacer';

/** A pacer on jest's clock, and what was let in, in order. */
function createWorld(callsPerSecond?: number) {
  const pacer = new Pacer(() => Date.now());
  if (callsPerSecond !== undefined) pacer.setRate(callsPerSecond);
  const entered: string[] = [];
  const answers: (() => void)[] = [];
  const turn = (name: string, signal?: AbortSignal): Promise<void> =>
    pacer.turn(signal).then((answered) => {
      answers.push(answered);
      entered.push(`${name} at ${Date.now()}`);
    });
  const room = (name: string, signal?: AbortSignal): Promise<void> =>
    pacer.room(signal).then(() => void entered.push(`${name} at ${Date.now()}`));
  return { pacer, entered, answers, turn, room };
}

describe('turns', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  it('come in the order in which they were asked for, evenly', async () => {
    const { entered, turn } = createWorld(4);
    for (const name of ['a', 'b', 'c']) void turn(name);
    await jest.advanceTimersByTimeAsync(600);
    expect(entered).toEqual(['a at 0', 'b at 251', 'c at 501']);
  });

  it('are not given before the rate is known', async () => {
    const { pacer, entered, turn } = createWorld();
    void turn('a');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(entered).toEqual([]);
    pacer.setRate(10);
    await jest.advanceTimersByTimeAsync(0);
    expect(entered).toEqual(['a at 5000']);
  });

  it('are not used up by one that gave up waiting, which rejects with its reason', async () => {
    const { entered, turn } = createWorld(1);
    const giveUp = new AbortController();
    void turn('a');
    const b = turn('b', giveUp.signal);
    void turn('c');
    await jest.advanceTimersByTimeAsync(500);
    giveUp.abort(new Error('cancelled'));
    await expect(b).rejects.toThrow('cancelled');
    await expect(turn('d', giveUp.signal)).rejects.toThrow('cancelled');
    await jest.advanceTimersByTimeAsync(3_000);
    expect(entered).toEqual(['a at 0', 'c at 2002']);
  });

  it('come earlier once the call before was answered', async () => {
    const { entered, answers, turn } = createWorld(1);
    void turn('a');
    void turn('b');
    await jest.advanceTimersByTimeAsync(30);
    answers[0]?.();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(entered).toEqual(['a at 0', 'b at 1032']);
  });

  it('end with the pacer', async () => {
    const { pacer, entered, turn } = createWorld(1);
    void turn('a');
    void turn('b');
    pacer.close();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(entered).toEqual(['a at 0']);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('room for a call', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  it.each([
    ['those whose turn comes within 250 ms', 100, 25],
    ['nine at a lower rate, so that every part of the queue is asked', 20, 9],
  ])('is there for %s', async (_, callsPerSecond, expected) => {
    const { entered, room } = createWorld(callsPerSecond);
    for (let i = 0; i < 40; i += 1) void room(String(i));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(entered).toEqual(Array.from({ length: expected }, (_value, i) => `${i} at 0`));
  });

  it('is there for one even at a slow rate, four seconds before its turn', async () => {
    const { pacer, entered, turn, room } = createWorld(0.1);
    void turn('call');
    void room('next');
    void room('after');
    await jest.advanceTimersByTimeAsync(60_000);
    // The call has no answer: it counts as underway for a second.
    expect(entered).toEqual(['call at 0', 'next at 7020']);
    pacer.arrived();
    await jest.advanceTimersByTimeAsync(0);
    expect(entered).toEqual(['call at 0', 'next at 7020', 'after at 60000']);
  });

  it('is given back by one that gave up, also at the instant at which it was let in', async () => {
    const { entered, room } = createWorld(1);
    const giveUp = new AbortController();
    const a = room('a', giveUp.signal);
    giveUp.abort(new Error('no longer needed'));
    await expect(a).rejects.toThrow('no longer needed');
    void room('b');
    await jest.advanceTimersByTimeAsync(0);
    expect(entered).toEqual(['b at 0']);
  });

  it('is there for a few before the rate is known', async () => {
    const { entered, room } = createWorld();
    for (const name of ['a', 'b', 'c', 'd', 'e']) void room(name);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(entered).toEqual(['a at 0', 'b at 0', 'c at 0', 'd at 0']);
  });
});

describe('a pacer that settles', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  it('lets nobody in, gives turns to those that were, and is settled once all of them have asked', async () => {
    const { pacer, entered, turn, room } = createWorld(4);
    void room('a');
    void room('b');
    await jest.advanceTimersByTimeAsync(0);
    expect(entered).toEqual(['a at 0', 'b at 0']);
    const settled = jest.fn();
    void pacer.settle(5_000).then(settled);
    void room('c');
    pacer.arrived();
    void turn('a calls');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(entered).toEqual(['a at 0', 'b at 0', 'a calls at 0']);
    expect(settled).not.toHaveBeenCalled();
    pacer.setRate(8);
    pacer.arrived();
    void turn('b calls');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(settled).toHaveBeenCalled();
    expect(entered).toEqual(['a at 0', 'b at 0', 'a calls at 0', 'b calls at 2000']);
  });

  it('is settled at once when nobody is expected, and by one that gives up', async () => {
    const { pacer } = createWorld(1);
    await expect(pacer.settle(5_000)).resolves.toBeUndefined();
    const other = createWorld(1);
    const giveUp = new AbortController();
    const entering = other.room('a', giveUp.signal);
    const settled = other.pacer.settle(5_000);
    giveUp.abort(new Error('gone'));
    await expect(entering).rejects.toThrow('gone');
    await expect(settled).resolves.toBeUndefined();
  });

  it('is settled once none of those it let in has come for so long', async () => {
    const { pacer, room } = createWorld(4);
    void room('a');
    void room('b');
    await jest.advanceTimersByTimeAsync(0);
    const settled = jest.fn();
    void pacer.settle(1_000).then(settled);
    await jest.advanceTimersByTimeAsync(900);
    pacer.arrived();
    await jest.advanceTimersByTimeAsync(999);
    expect(settled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalled();
  });
});
