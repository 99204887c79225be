import fc from 'fast-check';

import { Pace } from '../../src/quota/pace';

/** Makes calls as soon as the pace lets it, but not before an instant; each is answered after so many ms. */
function callsFrom(pace: Pace, fromMs: number, count: number, answeredAfterMs = 0): number[] {
  return Array.from({ length: count }, () => {
    const atMs = Math.max(fromMs, pace.nextMs());
    pace.called(atMs)(atMs + answeredAfterMs);
    return atMs;
  });
}

describe('the pace of calls', () => {
  it('spaces them evenly: 4 a second are 250.5 ms apart, 0.5 a second are 2,004 ms', () => {
    expect(callsFrom(new Pace(4), 1000, 6)).toEqual([1000, 1250.5, 1501, 1751.5, 2002, 2252.5]);
    expect(callsFrom(new Pace(0.5), 0, 3)).toEqual([0, 2004, 4008]);
  });

  it('cuts off the fraction of a rate, since no second can hold it', () => {
    expect(callsFrom(new Pace(2.9), 0, 3)).toEqual([0, 501, 1002]);
  });

  it('makes up for a call that is up to 50 ms late, and not for a pause', () => {
    const pace = new Pace(10);
    const gap = 100.2;
    expect(pace.gapMs).toBeCloseTo(gap, 6);
    callsFrom(pace, 0, 1);
    pace.called(140)(140);
    expect(pace.nextMs()).toBeCloseTo(2 * gap, 6);
    pace.called(5_000)(5_000);
    expect(pace.nextMs()).toBeCloseTo(5_000 + gap, 6);
  });

  it('counts a call until a second after its answer, or 100 ms after its sending while it has none', () => {
    const answered = new Pace(2);
    callsFrom(answered, 0, 2, 40);
    expect(answered.nextMs()).toBe(1042);
    const unanswered = new Pace(2);
    const first = unanswered.called(0);
    unanswered.called(501);
    expect(unanswered.nextMs()).toBe(1102);
    first(7_000);
    expect(unanswered.nextMs()).toBe(1102);
    first(20);
    expect(unanswered.nextMs()).toBe(1022);
  });

  it('takes a new rate at once', () => {
    const pace = new Pace(1);
    callsFrom(pace, 0, 1);
    expect(pace.nextMs()).toBe(1002);
    pace.setRate(10);
    expect(pace.nextMs()).toBeCloseTo(100.2, 6);
    pace.setRate(1);
    expect(pace.nextMs()).toBe(1002);
    expect(() => pace.setRate(0)).toThrow('callsPerSecond must be above 0, got 0');
    expect(() => new Pace(NaN)).toThrow('got NaN');
  });

  it('lets no rolling second at the cloud hold more than the rate, however late timers and answers are', () => {
    const steps = fc.array(
      fc.record({ lateMs: fc.double({ min: 0, max: 400, noNaN: true }), underwayMs: fc.nat(100) }),
      {
        minLength: 60,
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        steps,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rate, all, when) => {
          const pace = new Pace(rate);
          let nowMs = 0;
          const arrivals = all.map(({ lateMs, underwayMs }, i) => {
            nowMs = Math.max(nowMs, pace.nextMs()) + (i % 7 === 0 ? lateMs : 0);
            pace.called(nowMs)(nowMs + underwayMs);
            return nowMs + underwayMs * when;
          });
          arrivals.sort((a, b) => a - b);
          arrivals.forEach((at, i) => {
            const inSecond = arrivals.filter((other, j) => j <= i && other > at - 1000).length;
            expect(inSecond).toBeLessThanOrEqual(rate);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
