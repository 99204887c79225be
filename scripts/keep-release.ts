import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { packageFolder } from '../src/package-folder';

/** What a worker process does not load. */
const LEFT_OUT = ['*.d.ts', 'package/dist/src/cli', 'package/dist/src/dev', 'package/dist/src/doctor'];
const SOURCE_MAP = '\n//# sourceMappingURL=data:application/json;base64,';

/**
 * Keeps the worker of a release for the tests of the next ones, in test/releases.
 *
 * @param tarball - what `npm pack` made of it; default: it is packed as it stands
 */
function keepRelease(tarball?: string): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'release-'));
  try {
    execFileSync('tar', ['-xzf', tarball ?? pack(folder), '-C', folder]);
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package', 'package.json'), 'utf8')) as {
      version: string;
    };
    const bundle = path.join(folder, 'package', 'dist', 'workflow-bundle.js');
    writeFileSync(bundle, withoutSources(readFileSync(bundle, 'utf8')));
    const archive = path.join(packageFolder(), 'test', 'releases', `${version}.tar.gz`);
    const exclude = LEFT_OUT.map((pattern) => `--exclude=${pattern}`);
    const parts = ['package/package.json', 'package/dist/workflow-bundle.js', 'package/dist/src'];
    execFileSync('tar', ['-C', folder, ...exclude, '-czf', archive, ...parts]);
    process.stdout.write(`${path.relative(process.cwd(), archive)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pack(folder: string): string {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: packageFolder() });
  const [tarball = ''] = readdirSync(folder);
  return path.join(folder, tarball);
}

/** The source map is most of a bundle, and names the folder in which that was built; a worker wants one, of whatever. */
function withoutSources(bundle: string): string {
  const code = bundle.slice(0, bundle.lastIndexOf('\n//# sourceMappingURL='));
  const map = { version: 3, sources: [], names: [], mappings: '' };
  return code + SOURCE_MAP + Buffer.from(JSON.stringify(map)).toString('base64');
}

keepRelease(process.argv[2]);
