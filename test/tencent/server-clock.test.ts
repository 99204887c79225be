import { createServerClock, serverTimeOf } from '../../src/tencent';

describe('the clock of the cloud', () => {
  it('is this machine’s until it is corrected, then goes on from there', () => {
    let nowMs = 1551113065_999;
    const clock = createServerClock(() => nowMs);
    expect([clock.nowSeconds(), clock.offsetSeconds()]).toEqual([1551113065, 0]);
    clock.correct(1551112465);
    expect([clock.nowSeconds(), clock.offsetSeconds()]).toEqual([1551112465, -600]);
    nowMs += 30_000;
    expect([clock.nowSeconds(), clock.offsetSeconds()]).toEqual([1551112495, -600]);
    clock.correct(1551113095);
    expect(clock.offsetSeconds()).toBe(0);
  });

  it.each([
    ['… and the server time 1715570716.', undefined, 1715570716],
    ['… and the server time 1715570716.', 1, 1715570716],
    ['… and the server time 17155707160.', undefined, undefined],
    ['签名过期', 1715570000, 1715570000],
    ['签名过期', undefined, undefined],
  ])('is read from %p, else from Date %p', (message, serverTimeSeconds, seconds) => {
    expect(serverTimeOf({ message, ...(serverTimeSeconds !== undefined && { serverTimeSeconds }) })).toBe(seconds);
  });
});
