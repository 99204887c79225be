import { parseExactly, writeExactly } from '../../emulator/exact-json';

it('keeps every integer exact, and a number a number where it is exact', () => {
  const text =
    '{"a":[9007199254740991,9007199254740992,-9223372036854775808,0,1.5,1e3],"b":null,"c":"9007199254740993"}';
  const value = { a: [9007199254740991, 9007199254740992n, -9223372036854775808n, 0, 1.5, 1000], b: null };
  expect(parseExactly(text)).toEqual({ ...value, c: '9007199254740993' });
  expect(writeExactly(parseExactly(text))).toBe(text.replace('1e3', '1000'));
});

it.each(['', '{', '{"a":01}'])('refuses %j', (text) => {
  expect(() => parseExactly(text)).toThrow(SyntaxError);
});
