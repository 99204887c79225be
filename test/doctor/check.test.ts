import { failed, ok, skipped, verdictOf, warning, type Finding } from '../../src/doctor/check';

describe('the verdict of all checks together', () => {
  const fine = ok('fine');
  const doubtful = warning('doubtful', 'look');
  const broken = failed('broken', 'mend');
  const pointless = skipped('pointless');

  test.each<[Finding[], string]>([
    [[], 'ok'],
    [[fine, fine], 'ok'],
    [[fine, pointless], 'ok'],
    [[doubtful, fine, pointless], 'warning'],
    [[fine, broken, doubtful, pointless], 'failed'],
  ])('%j is %s', (findings, verdict) => {
    expect(verdictOf(findings)).toBe(verdict);
  });
});
