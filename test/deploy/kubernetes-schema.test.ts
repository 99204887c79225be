import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { stringify } from 'yaml';

import { root } from '../support/project';

import { documents, filesOf, folders, manifest, MANIFESTS, type Kustomization, type Workload } from './manifests';
import { pythonCommand } from './python-command';
import { VERSION } from './version';

/** The oldest whose disruption budgets know `unhealthyPodEvictionPolicy` for good, and the newest with a schema. */
const KUBERNETES_VERSIONS = ['1.31', '1.37'];

const validator = pythonCommand('kubernetes-validate', 'kubernetes-validate==1.37.0');
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasKubectl) process.stderr.write('Skipping the built manifests: kubectl is not installed\n');
const testWithKubectl = hasKubectl ? test : test.skip;

const kustomizations = folders.map(
  (folder) => [folder, manifest<Kustomization>(folder, 'kustomization.yaml')] as const,
);

/** Files of its folder that a kustomization names. */
function filesNamed({ resources = [], configurations = [], patches = [], configMapGenerator = [] }: Kustomization) {
  return [
    ...resources.filter((name) => name.endsWith('.yaml')),
    ...configurations,
    ...patches.map((patch) => patch.path),
    ...configMapGenerator.flatMap(({ envs = [] }) => envs),
  ];
}

const objectFiles = kustomizations.flatMap(([folder, { resources = [] }]) =>
  resources.flatMap((name): [string, string][] => (name.endsWith('.yaml') ? [[folder, name]] : [])),
);

describe('the Kubernetes manifests', () => {
  let scratch: string;

  beforeAll(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'provisioning-manifests-'));
  });

  afterAll(() => rmSync(scratch, { recursive: true }));

  /** Expects that the validator passes every object of the files, and says nothing else. */
  function expectValid(files: readonly string[], version: string): void {
    const { status, output } = validator.run(['--strict', '-k', version, ...files]);
    const lines = output.split('\n').filter((line) => line !== '');
    expect({ status, others: lines.filter((line) => !/^INFO .* passed for resource /.test(line)) }).toEqual({
      status: 0,
      others: [],
    });
    expect(lines.length).toBeGreaterThanOrEqual(files.length);
  }

  /** The schema of a deployment holds for the pods of the controller's own kind. */
  function asDeployment({ metadata, spec: { replicas, template } }: Workload): string {
    const file = path.join(scratch, 'as-deployment.yaml');
    const selector = { matchLabels: template.metadata.labels };
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, selector, template } };
    writeFileSync(file, stringify(deployment));
    return file;
  }

  test.each(kustomizations)('%s: its kustomization names every file of the folder, and nothing else', (folder, one) => {
    expect(['kustomization.yaml', ...filesNamed(one)].sort()).toEqual(filesOf(folder));
  });

  validator.test.each(KUBERNETES_VERSIONS)('are valid for Kubernetes %s', (version) => {
    // Of the custom resources there is no schema here; kubernetes-worker.test.ts has their fields.
    const files = objectFiles.filter(([folder, file]) => {
      const { apiVersion } = manifest<{ apiVersion: string }>(folder, file);
      return !apiVersion.startsWith('temporal.io/');
    });
    expect(files).toHaveLength(9);
    const paths = files.map(([folder, file]) => path.join(MANIFESTS, folder, file));
    expectValid([...paths, asDeployment(manifest('worker-controller', 'worker-deployment.yaml'))], version);
  });

  validator.test('would not be valid with a slip of the pen', () => {
    const deployment = manifest<Workload>('base', 'deployment.yaml');
    const file = path.join(scratch, 'slip.yaml');
    writeFileSync(file, stringify({ ...deployment, spec: { ...deployment.spec, minReadySecond: 10 } }));
    const { status, output } = validator.run(['--strict', '-k', '1.37', file]);
    expect(status).toBe(1);
    expect(output).toContain("'minReadySecond' was unexpected");
  });

  describe('built by kubectl', () => {
    function build(folder: string): string {
      const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path.join(MANIFESTS, folder)], {
        cwd: root,
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return stdout;
    }

    function named(kind: string, built: Workload[]): Workload {
      const found = built.find((document) => document.kind === kind);
      if (!found) throw new Error(`There is no ${kind}`);
      return found;
    }

    testWithKubectl('the example is valid, with the image, the namespace and the volume that it sets', () => {
      const text = build('example');
      if (validator.isInstalled) {
        const file = path.join(scratch, 'example.yaml');
        writeFileSync(file, text);
        expectValid([file], '1.37');
      }
      const built = documents(text);
      const { spec } = named(
        'Deployment',
        built.filter(({ metadata }) => metadata.name === 'provisioning-worker'),
      ).spec.template;
      expect(spec.containers[0].image).toBe(`registry.example.com/provisioning-worker:${VERSION}`);
      expect(spec.volumes[1]).toEqual({ name: 'items', persistentVolumeClaim: { claimName: 'provisioning-items' } });
      const config = named('ConfigMap', built);
      expect(spec.containers[0].envFrom).toEqual([{ configMapRef: { name: config.metadata.name } }]);
      expect(config.metadata.name).toMatch(/^provisioning-worker-[a-z0-9]{10}$/);
      expect(built.map(({ metadata }) => (metadata as { namespace?: string }).namespace)).toEqual(
        built.map(() => 'identity'),
      );
    });

    testWithKubectl('the worker of the controller takes the place of the deployment, with the same variables', () => {
      const built = documents(build('worker-controller'));
      expect(built.map(({ kind }) => kind).sort()).toEqual([
        'ConfigMap',
        'Connection',
        'NetworkPolicy',
        'PodDisruptionBudget',
        'Service',
        'ServiceAccount',
        'WorkerDeployment',
      ]);
      const [container] = named('WorkerDeployment', built).spec.template.spec.containers;
      expect(container.envFrom).toEqual([{ configMapRef: { name: named('ConfigMap', built).metadata.name } }]);
    });
  });
});
