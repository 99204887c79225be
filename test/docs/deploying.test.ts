import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { DRAIN } from '../../src/drain';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/contract/names';
import { compose } from '../deploy/compose-file';
import { KNOWN_VARIABLES } from '../deploy/known-variables';
import { folders, MANIFESTS } from '../deploy/manifests';
import { root } from '../support/project';

const GUIDE = readFileSync(path.join(root, 'docs', 'deploying.md'), 'utf8');

/** What stands in the first column of the table under a heading. */
function firstColumn(heading: string): string[] {
  const [, section = ''] = GUIDE.split(`\n## ${heading}\n`);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  return [...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, name = '']) => name);
}

describe('docs/deploying.md', () => {
  test('names files that exist', () => {
    const files = [...GUIDE.matchAll(/`((?:deploy|scripts)\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test('links to pages that exist', () => {
    const pages = [...GUIDE.matchAll(/\]\(([\w-]+\.md)/g)].map(([, page = '']) => page);
    expect(pages.filter((page) => !existsSync(path.join(root, 'docs', page)))).toEqual([]);
  });

  test('names variables that exist', () => {
    const names = [...GUIDE.matchAll(/\b(?:PROVISIONING|TEMPORAL|TENCENTCLOUD|NODE)_[A-Z_]+[A-Z]\b/g)].map(
      ([name]) => name,
    );
    const ofOthers = [
      // Of the Temporal UI, and what Kubernetes would set.
      'TEMPORAL_CODEC_ENDPOINT',
      'PROVISIONING_WORKER_SERVICE_HOST',
    ];
    expect([...new Set(names)].filter((name) => !KNOWN_VARIABLES.has(name) && !ofOthers.includes(name))).toEqual([]);
  });

  test('tells every profile of docker-compose.yml', () => {
    const profiles = new Set(Object.values(compose.services).flatMap((service) => service.profiles));
    expect(firstColumn('Compose').sort()).toEqual([...profiles].sort());
  });

  test('tells every folder of the Kubernetes manifests', () => {
    expect(firstColumn('Kubernetes').sort()).toEqual(folders);
    expect(GUIDE).toContain(`folder of \`${MANIFESTS.replaceAll(path.sep, '/')}\``);
  });

  test('tells every search attribute', () => {
    for (const name of Object.keys(SEARCH_ATTRIBUTE_TYPES)) expect(GUIDE).toContain(`\`${name}\``);
  });

  test('tells how long a worker takes to stop', () => {
    for (const seconds of Object.values(DRAIN)) expect(GUIDE).toMatch(new RegExp(`(within|after) ${seconds} s`));
  });
});
