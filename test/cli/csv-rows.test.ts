import { csvRows } from '../../src/cli/csv-rows';

const QUOTE =
  'a double quote is misplaced or never closed: put the whole field into double quotes, and double those inside';

test('tells the line where a row begins, across quoted line breaks, empty rows and line breaks of any system', () => {
  const rows = [
    { line: 1, cells: ['a', 'b'] },
    { line: 3, cells: ['x\ny', 'say "hi"'] },
    { line: 5, cells: ['1', ' 2 '] },
    { line: 7, cells: ['3', ''] },
  ];
  const lines = ['a,b', '', '"x', 'y","say ""hi"""', ' 1 ," 2 "', ',', '3,', ''];
  for (const lineBreak of ['\n', '\r\n', '\r']) {
    expect(csvRows(lines.join(lineBreak))).toEqual({ rows, faults: [] });
  }
});

test.each<[string, string[], number[], number[]]>([
  ['text after a quote', ['a', '"b"c', 'd'], [2], [1, 3]],
  ['a quote within a field', ['a', 'b"c', 'd'], [2], [1, 3]],
  ['a quote that is never closed', ['a', '"b', 'd', 'e'], [2], [1, 3, 4]],
  ['a quote that the next one seems to close', ['a', '"b', 'd', '"e"', 'f'], [2], [1, 3, 4, 5]],
  ['several of them, empty lines between', ['a', '', '"b"c', 'd', '', '"e"f', 'g'], [3, 6], [1, 4, 7]],
])('%s costs its own line only', (_, lines, faulty, good) => {
  const { rows, faults } = csvRows(lines.join('\n'));
  expect(faults).toEqual(faulty.map((line) => ({ line, text: QUOTE })));
  expect(rows.map(({ line }) => line)).toEqual(good);
});

test('gives up after a hundred misplaced quotes', () => {
  const { faults } = csvRows(`a\n${'b"c\n'.repeat(1_000)}`);
  expect(faults).toHaveLength(101);
  expect(faults[100]).toEqual({
    line: 102,
    text: 'from here on nothing was read, after so many misplaced double quotes',
  });
});
