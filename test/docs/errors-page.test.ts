import { readFileSync } from 'node:fs';
import path from 'node:path';

import { ERRORS_PAGE, renderErrorsPage } from '../../scripts/errors-page';
import { ERROR_TABLE } from '../../src/tencent';
import { root } from '../support/project';

const page = readFileSync(path.join(root, ERRORS_PAGE), 'utf8');

test('the page of errors tells what the table says; else run npm run errors-page', () => {
  expect(page).toBe(renderErrorsPage());
});

test('it has one row for each code', () => {
  const codes = ERROR_TABLE.flatMap(({ entries }) => entries.map(({ code }) => code));
  expect([...page.matchAll(/^\| `([A-Z][\w.]*)` /gm)].map(([, code]) => code)).toEqual(codes);
});

test('it tells waits, remedies, whether a write may have been done, and what a person should do', () => {
  const cells = (code: string): string[] =>
    (page.split('\n').find((line) => line.startsWith(`| \`${code}\` `)) ?? '').split('|').map((cell) => cell.trim());
  expect(cells('RequestLimitExceeded.UinLimitExceeded').slice(1, 6)).toEqual([
    '`RequestLimitExceeded.UinLimitExceeded`',
    'More calls of the account than allowed',
    '`throttled`: waits 5 s or more',
    'was not done',
    'Find what else of the account calls the API, and lower PROVISIONING_STATUS_CALLS_PER_SECOND and PROVISIONING_USER_SYNC_CALLS_PER_SECOND.',
  ]);
  expect(cells('AuthFailure.TokenFailure')[3]).toBe('`healing`: gets the key anew');
  expect(cells('FailedOperation')[3]).toBe('`transient`: its unlisted sub-codes are `unknown`');
  expect(cells('ClientError.ConnectionReset')[4]).toBe('may have been done');
  expect(cells('ClientError.ConnectionRefused')[4]).toBe('was not done');
});
