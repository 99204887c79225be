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

  it('counts a call longer by what it took longer than the fastest, by up to a second while it has no answer', () => {
    const pace = new Pace(2);
    pace.called(0)(40);
    pace.called(501)(541);
    // All took 40 ms: nothing was late.
    expect(pace.nextMs()).toBe(1002);
    const third = pace.called(1002);
    const fourth = pace.called(1503);
    expect(pace.nextMs()).toBe(1002 + 1000 + 1002);
    third(1342);
    expect(pace.nextMs()).toBe(1002 + 300 + 1002);
    fourth(1543);
    pace.called(2304)(2344);
    expect(pace.nextMs()).toBe(2304 + 501);
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
          // The first call is the fastest.
          const [thereMs, backMs] = i === 0 ? [0, 0] : [there, back];
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
