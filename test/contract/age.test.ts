import { ageText } from '../../src/contract';

const SINCE = '2026-03-01T12:00:00.000Z';

test.each([
  ['0 s', '2026-03-01T12:00:00.999Z'],
  ['59 s', '2026-03-01T12:00:59.999Z'],
  ['1 min 0 s', '2026-03-01T12:01:00.000Z'],
  ['3 min 20 s', '2026-03-01T12:03:20.000Z'],
  ['59 min 59 s', '2026-03-01T12:59:59.999Z'],
  ['1 h 0 min', '2026-03-01T13:00:00.000Z'],
  ['3 h 20 min', '2026-03-01T15:20:59.000Z'],
  ['23 h 59 min', '2026-03-02T11:59:59.000Z'],
  ['1 d 0 h', '2026-03-02T12:00:00.000Z'],
  ['30 d 23 h', '2026-04-01T11:59:59.000Z'],
  ['3650 d 0 h', '2036-02-27T12:00:00.000Z'],
])('an age is told by its two largest units, rounded down: %s', (text, until) => {
  expect(ageText(SINCE, until)).toBe(text);
});

test('a start that lies ahead has no age yet', () => {
  expect(ageText(SINCE, '2026-03-01T11:00:00.000Z')).toBe('0 s');
});
