import { Brake } from '../../src/quota/brake';

describe('the brake', () => {
  it('halves at a throttled call, once a second, down to a thirty-second', () => {
    const brake = new Brake();
    expect(brake.shareAt(0)).toBe(1);
    expect(brake.throttled(1_000)).toBe(true);
    expect(brake.throttled(1_999)).toBe(false);
    expect(brake.shareAt(1_999)).toBe(0.5);
    const shares = [2_000, 3_000, 4_000, 5_000, 6_000, 7_000].map((atMs) => [
      brake.throttled(atMs),
      brake.shareAt(atMs),
    ]);
    expect(shares).toEqual([
      [true, 1 / 4],
      [true, 1 / 8],
      [true, 1 / 16],
      [true, 1 / 32],
      [false, 1 / 32],
      [false, 1 / 32],
    ]);
  });

  it('gives 5 % of the full rate back after each clean ten seconds, counted from the last throttled call', () => {
    const brake = new Brake();
    brake.throttled(0);
    brake.throttled(900);
    expect(brake.shareAt(10_899)).toBe(0.5);
    expect(brake.shareAt(10_900)).toBeCloseTo(0.55, 9);
    expect(brake.shareAt(30_900)).toBeCloseTo(0.65, 9);
    expect(brake.shareAt(900 + 100_000)).toBe(1);
    expect(brake.shareAt(10_000_000)).toBe(1);
  });

  it('halves what it has come back to', () => {
    const brake = new Brake();
    brake.throttled(0);
    expect(brake.throttled(20_500)).toBe(true);
    expect(brake.shareAt(20_500)).toBeCloseTo(0.3, 9);
    expect(brake.shareAt(30_499)).toBeCloseTo(0.3, 9);
    expect(brake.shareAt(30_500)).toBeCloseTo(0.35, 9);
  });
});
