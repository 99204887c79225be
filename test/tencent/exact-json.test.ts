import { readJson, writeJson } from '../../src/tencent/exact-json';

describe('reading', () => {
  it.each<[string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['100000000001', 100000000001],
    ['0.1234567890123456', 0.1234567890123456],
    ['1234567890123456.5', 1234567890123456.5],
    ['1e20', 1e20],
    ['12345678901234560e3', 12345678901234560e3],
    ['"9007199254740993"', '9007199254740993'],
    ['-0', -0],
  ])('gives %s exactly', (json, value) => {
    expect(readJson(json)).toBe(value);
    // Beside an integer that is not safe.
    expect(readJson(`[${json},9007199254740993]`)).toEqual([value, 9007199254740993n]);
  });

  it('gives a number without end as an approximation: no field has such a one', () => {
    expect(readJson(`1${'0'.repeat(30)}`)).toBe(1e30);
  });

  it.each(['', '1'.repeat(16)])('takes the last of several fields of one name, beside %p', (digits) => {
    expect(readJson(`{"a":1,"a":2,"b":"${digits}"}`)).toEqual({ a: 2, b: digits });
  });

  it.each(['', '{"a":1234567890123456', '{"a":1234567890123456}}', '<html>1234567890123456'])('refuses %p', (json) => {
    expect(() => readJson(json)).toThrow(SyntaxError);
  });
});

describe('writing', () => {
  it('writes integers of any length as numbers, and leaves out what is not given', () => {
    const object = { a: 9223372036854775807n, b: [1, 'é"\n'], c: undefined, d: { e: null, f: true } };
    expect(writeJson(object)).toBe('{"a":9223372036854775807,"b":[1,"é\\"\\n"],"d":{"e":null,"f":true}}');
  });

  it('writes what JSON.stringify writes', () => {
    const object = { ZoneId: 'z-1', TaskId: '\u2028\ud800 😀', DurationSeconds: 7200, list: [], empty: {} };
    expect(writeJson(object)).toBe(JSON.stringify(object));
  });
});
