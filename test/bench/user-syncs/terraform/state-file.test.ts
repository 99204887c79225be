import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { readState, StateFile } from '../../../../bench/user-syncs/terraform/state-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'state-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is empty before anything is written', () => {
  expect(readState(path.join(folder, 'state.json'))).toEqual({});
});

it('is on the disk after each resource, and knows those of an earlier process', () => {
  const file = path.join(folder, 'state.json');
  new StateFile(file).add('u-1', 'up-1');
  expect(readState(file)).toEqual({ 'u-1': 'up-1' });
  const later = new StateFile(file);
  expect([later.has('u-1'), later.has('u-2')]).toEqual([true, false]);
  later.add('u-2', 'up-2');
  expect(readState(file)).toEqual({ 'u-1': 'up-1', 'u-2': 'up-2' });
});
