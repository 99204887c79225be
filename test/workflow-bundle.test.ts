import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Resource } from '@opentelemetry/resources';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';

import { addStamp, hashFiles, readStamp, type BundleStamp } from '../src/bundle-stamp';
import {
  BUNDLE_VARIANTS,
  bundleFile,
  bundleParts,
  findWorkflowBundle,
  WorkflowBundleError,
} from '../src/workflow-bundle';
import { root } from './support/project';

const PLAIN = { traced: false, encrypted: false };
const TRACED = { traced: true, encrypted: false };
const CODE = { 'dist/src/contract/names.js': 'contract', 'dist/src/workflows/index.js': 'workflow' };
const CODE_FILES = Object.keys(CODE);

describe('a bundle beside its code', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bundle-'));
    await writeFile(path.join(folder, 'package.json'), '{"version": "1.2.3"}');
    for (const [file, text] of Object.entries(CODE)) {
      await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function writeBundle(changes: Partial<BundleStamp> = {}): Promise<string> {
    const hash = hashFiles(folder, CODE_FILES);
    const stamp = { version: '1.2.3', sdk: '1.24.0', variant: 'traced', files: CODE_FILES, hash, ...changes };
    const file = path.join(folder, 'dist', 'workflow-bundle.traced.js');
    await writeFile(file, addStamp(stamp, 'var __TEMPORAL__;\n'));
    return file;
  }

  function refusal(): string {
    try {
      findWorkflowBundle(TRACED, folder);
    } catch (error) {
      if (error instanceof WorkflowBundleError) return error.message;
      throw error;
    }
    return 'none';
  }

  /** What is said of the bundle when these things are wrong with it. */
  function saidOf(...faults: string[]): string {
    return `The workflow bundle ${path.join(folder, 'dist', 'workflow-bundle.traced.js')} cannot be used: ${faults.join('; ')}. Run "npm run build" in a checkout; install the package or build the image again elsewhere`;
  }

  test('is found', async () => {
    const codePath = await writeBundle();
    expect(findWorkflowBundle(TRACED, folder)).toEqual({ codePath });
  });

  test('stays the code that it was, line for line', async () => {
    const lines = (await readFile(await writeBundle(), 'utf8')).split('\n');
    expect(lines).toEqual([expect.stringMatching(/^\/\* provisioning-worker \{.*\} \*\/ var __TEMPORAL__;$/), '']);
  });

  test('is refused when it is missing', () => {
    expect(refusal()).toBe(saidOf('it is missing'));
  });

  test.each(['', 'var __TEMPORAL__;\n', '/* provisioning-worker {"version":'])(
    'is refused without a whole stamp: %j',
    async (text) => {
      await writeFile(path.join(folder, 'dist', 'workflow-bundle.traced.js'), text);
      expect(refusal()).toBe(saidOf('it has no stamp'));
    },
  );

  test('is refused when it is of another version of the package', async () => {
    await writeBundle({ version: '1.2.2' });
    expect(refusal()).toBe(saidOf('it was built for version 1.2.2, and this is 1.2.3'));
  });

  test('is refused when it was built with another SDK', async () => {
    await writeBundle({ sdk: '1.23.0' });
    expect(refusal()).toBe(saidOf('it was built with @temporalio/worker 1.23.0, and 1.24.0 is installed'));
  });

  test('is refused when it is another variant', async () => {
    await writeBundle({ variant: 'plain' });
    expect(refusal()).toBe(saidOf('it is the variant "plain", not "traced"'));
  });

  test.each<[string, (file: string) => Promise<void>]>([
    ['changed', (file) => writeFile(file, 'workflow!')],
    ['gone', (file) => rm(file)],
  ])('is refused when a file that it was built from is %s', async (_, change) => {
    await writeBundle();
    await change(path.join(folder, 'dist', 'src', 'workflows', 'index.js'));
    expect(refusal()).toBe(saidOf('it was built from other workflow code than lies beside it'));
  });

  test('is refused for all that is wrong at once', async () => {
    await writeBundle({ version: '1.2.2', sdk: '1.23.0', variant: 'plain', hash: '' });
    expect(refusal()).toBe(
      saidOf(
        'it was built for version 1.2.2, and this is 1.2.3',
        'it was built with @temporalio/worker 1.23.0, and 1.24.0 is installed',
        'it is the variant "plain", not "traced"',
        'it was built from other workflow code than lies beside it',
      ),
    );
  });
});

describe('the bundles of this package', () => {
  test.each(BUNDLE_VARIANTS)('%j: found, with the code that it needs', (variant) => {
    const { codePath } = findWorkflowBundle(variant);
    expect(codePath).toBe(bundleFile(variant, root));
    const files = readStamp(codePath)?.files ?? [];
    expect(files).toEqual(expect.arrayContaining(['dist/src/contract/names.js', 'dist/src/workflows/index.js']));
    expect(files.includes('dist/src/encryption/failure-converter.js')).toBe(variant.encrypted);
  });

  test('each has a file of its own', () => {
    expect(BUNDLE_VARIANTS.map((variant) => path.basename(bundleFile(variant, root)))).toEqual([
      'workflow-bundle.js',
      'workflow-bundle.traced.js',
      'workflow-bundle.encrypted.js',
      'workflow-bundle.traced-encrypted.js',
    ]);
  });

  test('traced ones have the interceptors that the worker’s plugin counts on', () => {
    // Without a word the plugin leaves them out of a worker whose bundle was built ahead.
    const plugin = new OpenTelemetryPlugin({ resource: Resource.empty(), spanProcessor: new NoopSpanProcessor() });
    const { workflowInterceptorModules } = plugin.configureBundler({ workflowsPath: 'any' });
    expect(bundleParts(TRACED)).toEqual({ workflowInterceptorModules });
    expect(bundleParts(PLAIN)).toEqual({ workflowInterceptorModules: [] });
  });
});
