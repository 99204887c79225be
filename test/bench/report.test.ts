import { toMarkdown, toText } from '../../bench/report';

const table = {
  title: 'Delay',
  columns: ['case', 'mean'],
  rows: [
    ['a|b', '10.5'],
    ['c', '2'],
  ],
  notes: ['In seconds.'],
};

it('aligns a table for a terminal, figures to the right', () => {
  expect(toText(table).split('\n')).toEqual([
    'Delay',
    '',
    'case  mean',
    'a|b   10.5',
    'c        2',
    '* In seconds.',
    '',
  ]);
});

it('writes a table in Markdown', () => {
  expect(toMarkdown(table).split('\n')).toEqual([
    '### Delay',
    '',
    '| case | mean |',
    '| --- | ---: |',
    '| a\\|b | 10.5 |',
    '| c | 2 |',
    '',
    '- In seconds.',
    '',
  ]);
});
