import { type Page, type PageRequest, pageOf } from '../../emulator/pages';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

function page(list: number[], request: PageRequest): Page<number> {
  const wanted = pageOf(list, request, (entry) => entry);
  if ('refusal' in wanted) throw new Error(wanted.refusal.code);
  return wanted;
}

describe('pageOf', () => {
  it('answers ten entries by default, and where the next page starts', () => {
    expect(page(numbers(11), {})).toEqual({
      items: numbers(10),
      fields: { NextToken: '10', TotalCounts: 11, MaxResults: 10, IsTruncated: true },
    });
    expect(page(numbers(11), { NextToken: '10' })).toEqual({
      items: [11],
      fields: { NextToken: '', TotalCounts: 11, MaxResults: 10, IsTruncated: false },
    });
  });

  it('ends with a full page when nothing follows', () => {
    expect(page(numbers(4), { MaxResults: 2, NextToken: '2' }).fields).toEqual({
      NextToken: '',
      TotalCounts: 4,
      MaxResults: 2,
      IsTruncated: false,
    });
    expect(page([], { NextToken: '', MaxResults: null }).fields).toMatchObject({ TotalCounts: 0, IsTruncated: false });
  });

  it('skips and repeats nothing when entries come and go between two pages', () => {
    expect(page([1, 2, 3, 4], { MaxResults: 2 }).fields.NextToken).toBe('2');
    expect(page([3, 4, 5], { MaxResults: 2, NextToken: '2' }).items).toEqual([3, 4]);
  });

  it('goes down a list whose positions are negative', () => {
    expect(pageOf([3, 2, 1], { MaxResults: 1, NextToken: '-3' }, (entry) => -entry)).toEqual({
      items: [2],
      fields: { NextToken: '-2', TotalCounts: 3, MaxResults: 1, IsTruncated: true },
    });
  });

  it.each(['x', '1.5', ' 1', '--1'])('refuses the token %j', (token) => {
    expect(pageOf([1], { NextToken: token }, Number)).toEqual({
      refusal: { code: 'InvalidParameter.NextTokenInvalid', message: 'The `NextToken` is not valid.' },
    });
  });
});
