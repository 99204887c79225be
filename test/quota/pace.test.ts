import fc from 'fast-check';

import { busiestSecond } from '../../bench/measure';
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

  it('counts a call until a second after its answer, or two after its sending while it has none', () => {
    const pace = new Pace(2);
    const first = pace.called(0);
    pace.called(501);
    expect(pace.nextMs()).toBe(1000 + 1002);
    first(7_000);
    expect(pace.nextMs()).toBe(1000 + 1002);
    first(340);
    expect(pace.nextMs()).toBe(340 + 1002);
  });

  it('knows after fifty answers the way that no call is spared, up to the 5 ms by which one may be faster', () => {
    const pace = new Pace(1);
    const next = (tookMs: number): number => {
      const atMs = Math.max(0, pace.nextMs());
      pace.called(atMs)(atMs + tookMs);
      return pace.nextMs() - atMs;
    };
    for (let call = 1; call < 50; call += 1) expect(next(40)).toBe(40 + 1002);
    expect(next(40)).toBe(5 + 1002);
    expect(next(340)).toBe(305 + 1002);
    expect(next(20)).toBe(5 + 1002);
    expect(next(40)).toBe(25 + 1002);
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

  it('lets no rolling second at the cloud hold more than the rate, however late timers, requests and answers are', () => {
    const ms = (max: number) => fc.double({ min: 0, max, noNaN: true });
    const steps = fc.array(fc.record({ timer: ms(400), there: ms(400), back: ms(400) }), {
      minLength: 60,
      maxLength: 150,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps, ms(50), (rate, all, wayMs) => {
        const pace = new Pace(rate);
        const answers: { atMs: number; note: (atMs: number) => void }[] = [];
        let nowMs = 0;
        const arrivals = all.map(({ timer, there, back }, i) => {
          // Answers are noted as time goes on, so the next instant must be looked up again after each.
          for (;;) {
            const untilMs = Math.max(nowMs, pace.nextMs());
            const next = answers.toSorted((a, b) => a.atMs - b.atMs)[0];
            if (!next || next.atMs > untilMs) {
              nowMs = untilMs + (i % 7 === 1 ? timer : 0);
              break;
            }
            nowMs = Math.max(nowMs, next.atMs);
            next.note(next.atMs);
            answers.splice(answers.indexOf(next), 1);
          }
          const note = pace.called(nowMs);
          // Some are nearly as fast as any can be.
          const [thereMs, backMs] = i % 10 === 4 ? [1, 2] : [there, back];
          const arrivedMs = nowMs + wayMs + thereMs;
          answers.push({ atMs: arrivedMs + wayMs + backMs, note });
          return arrivedMs;
        });
        arrivals.sort((a, b) => a - b);
        expect(busiestSecond(arrivals)).toBeLessThanOrEqual(rate);
      }),
      { numRuns: 60 },
    );
  });
});
