import { judgeClock } from '../../src/doctor/clock';

const LOCAL_MS = Date.parse('2025-06-01T12:00:00.900Z');

function judge(offsetSeconds: number): ReturnType<typeof judgeClock> {
  return judgeClock(LOCAL_MS, Math.floor(LOCAL_MS / 1000) + offsetSeconds);
}

describe('the judgement of the clock', () => {
  test.each([
    [0, "is equal to the cloud's, 2025-06-01T12:00:00.000Z"],
    [30, "is 30 s behind the cloud's, 2025-06-01T12:00:30.000Z"],
    [-30, "is 30 s ahead of the cloud's, 2025-06-01T11:59:30.000Z"],
  ])('an offset of %d s is tolerated', (offset, text) => {
    expect(judge(offset)).toEqual({
      verdict: 'ok',
      detail: `this machine's clock, 2025-06-01T12:00:00.000Z, ${text}`,
    });
  });

  test.each([31, -31, 300, -300])('an offset of %d s is a warning, and does not disturb a signature', (offset) => {
    const { verdict, detail, next } = judge(offset);
    expect({ verdict, next }).toEqual({
      verdict: 'warning',
      next: 'Set the clock of this machine (NTP); the time zone does not matter',
    });
    expect(detail).not.toContain('signed');
  });

  test.each([
    [301, '301 s behind'],
    [-600, '600 s ahead of'],
  ])('an offset of %d s is told to be mended for signatures', (offset, text) => {
    const { verdict, detail } = judge(offset);
    expect(verdict).toBe('warning');
    expect(detail).toContain(`is ${text} the cloud's`);
    expect(detail).toContain("; meanwhile requests are signed by the cloud's clock");
  });
});
