import { type Refusal } from './signature';

/** The parameters of a list that is answered in pages. */
export interface PageRequest {
  NextToken?: string | null;
  MaxResults?: number | null;
}

/** One page, and the fields that tell where it stands in the list. */
export interface Page<T> {
  items: T[];
  fields: { NextToken: string; TotalCounts: number; MaxResults: number; IsTruncated: boolean };
}

const DEFAULT_RESULTS = 10;

/**
 * Cuts the wanted page out of a list.
 *
 * @param positionOf - grows along the list and stays the same for an entry, so that entries which come and go between
 *   two calls move no other onto a page twice, or past every page
 */
export function pageOf<T>(
  list: readonly T[],
  { NextToken: token, MaxResults }: PageRequest,
  positionOf: (entry: T) => number,
): Page<T> | { refusal: Refusal } {
  if (token && !/^-?\d+$/.test(token)) {
    return { refusal: { code: 'InvalidParameter.NextTokenInvalid', message: 'The `NextToken` is not valid.' } };
  }
  const maxResults = MaxResults ?? DEFAULT_RESULTS;
  const rest = token ? list.filter((entry) => positionOf(entry) > Number(token)) : list;
  const items = rest.slice(0, maxResults);
  const last = items.at(-1);
  const isTruncated = last !== undefined && rest.length > items.length;
  const nextToken = isTruncated ? String(positionOf(last)) : '';
  return {
    items,
    fields: { NextToken: nextToken, TotalCounts: list.length, MaxResults: maxResults, IsTruncated: isTruncated },
  };
}
