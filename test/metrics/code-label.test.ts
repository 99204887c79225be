import { createCodeLabel } from '../../src/metrics/code-label';

test('every known code stands for itself, whatever else was seen', () => {
  const label = createCodeLabel(['InternalError', 'AuthFailure']);
  for (let i = 0; i < 60; i += 1) label(`Unknown.Code${i}`);
  expect(['InternalError', 'AuthFailure'].map(label)).toEqual(['InternalError', 'AuthFailure']);
});

test('the first 50 unknown codes stand for themselves from then on, the next for all others', () => {
  const label = createCodeLabel([]);
  const codes = Array.from({ length: 52 }, (_, i) => `FailedOperation.New${i}`);
  const labels = codes.map(label);
  expect(labels).toEqual([...codes.slice(0, 50), 'other', 'other']);
  expect(codes.map(label)).toEqual(labels);
});

test.each([
  ['', 'empty'],
  ['a'.repeat(65), 'too long'],
  ['Code"} 1\nforged{x="', 'no code'],
  ['部署失败', 'another script'],
])('%j stands for nothing of its own: %s', (code) => {
  expect(createCodeLabel([])(code)).toBe('other');
});

test('the longest that is taken has 64 characters', () => {
  expect(createCodeLabel([])('a'.repeat(64))).toBe('a'.repeat(64));
});
