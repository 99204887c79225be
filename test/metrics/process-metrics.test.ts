import { memoryLimitBytes } from '../../src/metrics/process-metrics';

test.each([
  [512, 1_024, 512, 'a container with a limit'],
  [0, 1_024, 1_024, 'no container'],
  [2 ** 63, 1_024, 1_024, 'a container without a limit'],
])('%d of %d bytes: %d, %s', (constrained, total, limit) => {
  expect(memoryLimitBytes(constrained, total)).toBe(limit);
});
