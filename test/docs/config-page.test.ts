import { readFileSync } from 'node:fs';
import path from 'node:path';

import { CONFIG_PAGE, renderConfigPage } from '../../scripts/config-page';
import { VARIABLE_ENTRIES } from '../../src/config/schema';
import { VARIABLES } from '../../src/config/variables';
import { root } from '../support/project';

test('the page of variables tells what the schema says; else run npm run config-page', () => {
  expect(readFileSync(path.join(root, CONFIG_PAGE), 'utf8')).toBe(renderConfigPage());
});

test('the schema has every variable of the worker, once', () => {
  const names = VARIABLE_ENTRIES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(Object.values(VARIABLES)));
});
