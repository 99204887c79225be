import { fairnessKey } from '../../src/workflows/fairness-key';

describe('the fairness key of a zone', () => {
  it('is its id where the server takes that: up to 64 bytes', () => {
    expect(fairnessKey('z-s64jh54hbcra')).toBe('z-s64jh54hbcra');
    expect(fairnessKey('z'.repeat(64))).toBe('z'.repeat(64));
    expect(fairnessKey('域'.repeat(21))).toBe('域'.repeat(21));
  });

  it('is a short name of its own where the id is longer', () => {
    const keys = ['z'.repeat(65), `${'z'.repeat(64)}y`, '域'.repeat(22), 'z'.repeat(128)].map(fairnessKey);
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(/^zone-[0-9a-z]{1,20}$/);
    expect(fairnessKey('z'.repeat(65))).toBe(keys[0]);
  });
});
