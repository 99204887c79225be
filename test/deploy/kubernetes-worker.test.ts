import { DEFAULT_CONNECT_SECONDS } from '../../src/config/defaults';

import { heapShare } from './heap';
import { KNOWN_VARIABLES } from './known-variables';
import {
  filesOf,
  folders,
  manifest,
  textOf,
  variablesOf,
  type Container,
  type HttpProbe,
  type Kustomization,
  type PodTemplate,
  type Workload,
} from './manifests';
import { MIN_STOP_GRACE_SECONDS } from './stop-grace';
import { VERSION } from './version';

const LABELS = { 'app.kubernetes.io/name': 'provisioning-worker', 'app.kubernetes.io/component': 'worker' };
const CODEC_LABELS = { ...LABELS, 'app.kubernetes.io/component': 'codec-server' };

const worker = manifest<Workload>('base', 'deployment.yaml');
const codecServer = manifest<Workload>('codec-server', 'deployment.yaml');
const versioned = manifest<Workload>('worker-controller', 'worker-deployment.yaml');
const variables = variablesOf('base', 'worker.env');

const workloads: [string, Workload][] = [
  ['the worker', worker],
  ['the worker of the controller', versioned],
  ['the codec server', codecServer],
];

function containerOf({ spec }: Workload): Container {
  return spec.template.spec.containers[0];
}

function podOf({ spec }: Workload): PodTemplate['spec'] {
  return spec.template.spec;
}

function mebibytes(quantity: string | undefined): number {
  const unit = { Mi: 1, Gi: 1024 }[quantity?.slice(-2) ?? ''] ?? NaN;
  return Number(quantity?.slice(0, -2)) * unit;
}

function secondsOf({ periodSeconds, failureThreshold }: HttpProbe): number {
  return periodSeconds * failureThreshold;
}

/** Paths of secrets that a container is told of. */
function secretPaths(container: Container, others: Record<string, string> = {}): string[] {
  const values = [...(container.env ?? []).map(({ value }) => value), ...Object.values(others)];
  return values.filter((value) => value.startsWith('/var/run/secrets/'));
}

describe.each(workloads)('%s in Kubernetes', (_title, workload) => {
  const pod = podOf(workload);
  const container = containerOf(workload);

  test('has an image of this version', () => {
    expect(container.image).toBe(`provisioning-worker:${VERSION}`);
  });

  test('may do nothing that the restricted profile forbids', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('has no token for the API of Kubernetes, and no variables of its services', () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test('has a limit of memory with a heap that fits it, and none of CPU', () => {
    const { requests, limits } = container.resources;
    expect(Object.keys(requests)).toEqual(['cpu', 'memory']);
    expect(Object.keys(limits)).toEqual(['memory']);
    const options = container.env?.find(({ name }) => name === 'NODE_OPTIONS')?.value;
    const share = heapShare(options, mebibytes(limits['memory']));
    expect(share).toBeGreaterThanOrEqual(0.75);
    expect(share).toBeLessThanOrEqual(0.8);
  });

  test('sets variables that exist, and no secret', () => {
    const env = container.env ?? [];
    expect(env.map(({ name }) => name).filter((name) => !KNOWN_VARIABLES.has(name))).toEqual([]);
    expect(env.filter((one) => Object.keys(one).join() !== 'name,value')).toEqual([]);
  });

  test('finds its secrets in files that are mounted read-only', () => {
    const [mount] = container.volumeMounts.filter(({ name }) => name === 'secrets');
    expect(mount).toMatchObject({ readOnly: true });
    for (const file of secretPaths(container, workload === codecServer ? {} : variables)) {
      expect(file).toMatch(new RegExp(`^${mount?.mountPath}/[\\w-]+$`));
    }
  });

  test('mounts a volume wherever it writes', () => {
    const mounts = container.volumeMounts.map(({ name }) => name);
    expect(pod.volumes.map(({ name }) => name)).toEqual(mounts);
  });
});

describe('the worker in Kubernetes', () => {
  const container = containerOf(worker);
  const [port] = container.ports;

  test('has variables that exist', () => {
    expect(Object.keys(variables).filter((name) => !KNOWN_VARIABLES.has(name))).toEqual([]);
    const [{ literals = [] } = {}] = manifest<Kustomization>('example', 'kustomization.yaml').configMapGenerator ?? [];
    expect(literals.map((line) => line.split('=')[0] ?? '').filter((name) => !KNOWN_VARIABLES.has(name))).toEqual([]);
  });

  test('listens where the probes, the service and the annotations look', () => {
    expect(port).toEqual({ name: 'http', containerPort: 9464 });
    expect(variables['PROVISIONING_HTTP_ADDRESS']).toBe('0.0.0.0:9464');
    expect(worker.spec.template.metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9464',
      'prometheus.io/path': '/metrics',
    });
    expect(manifest('base', 'service.yaml')).toMatchObject({
      spec: {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
        selector: LABELS,
        ports: [{ name: 'http', port: 9464, targetPort: 'http' }],
      },
    });
  });

  test('is started again when it makes no progress, and left out while it is not ready', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    expect(startupProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    expect(livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    // Else Kubernetes would end it before it says that it cannot connect.
    expect(secondsOf(startupProbe)).toBeGreaterThan(DEFAULT_CONNECT_SECONDS);
    expect(secondsOf(readinessProbe)).toBeLessThanOrEqual(15);
  });

  test('has more time to stop than a drain takes', () => {
    expect(podOf(worker).terminationGracePeriodSeconds).toBeGreaterThanOrEqual(MIN_STOP_GRACE_SECONDS);
  });

  test('is replaced one by one, the new one first', () => {
    expect(worker.spec).toMatchObject({
      replicas: 2,
      minReadySeconds: 10,
      selector: { matchLabels: LABELS },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
  });

  test('may be evicted one at a time, and also in an outage in which none is ready', () => {
    expect(manifest('base', 'pod-disruption-budget.yaml')).toMatchObject({
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: LABELS } },
    });
  });

  test('spreads over zones and nodes without waiting for them', () => {
    const spread = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: LABELS } };
    expect(podOf(worker)).toMatchObject({
      topologySpreadConstraints: [
        { ...spread, topologyKey: 'topology.kubernetes.io/zone' },
        { ...spread, topologyKey: 'kubernetes.io/hostname' },
      ],
    });
  });

  test('is reached by the monitoring on its port only, and reaches names, Temporal and the cloud', () => {
    const [tcp, udp] = ['TCP', 'UDP'];
    expect(manifest('base', 'network-policy.yaml')).toMatchObject({
      spec: {
        podSelector: { matchLabels: LABELS },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
            ports: [{ protocol: tcp, port: port?.containerPort }],
          },
        ],
        egress: [
          {
            ports: [
              { protocol: udp, port: 53 },
              { protocol: tcp, port: 53 },
            ],
          },
          { ports: [{ protocol: tcp, port: Number(variables['TEMPORAL_ADDRESS']?.split(':')[1]) }] },
          { ports: [{ protocol: tcp, port: 443 }] },
        ],
      },
    });
  });

  test('has item files where it looks for them', () => {
    const mount = container.volumeMounts.find(({ name }) => name === 'items');
    expect(mount?.mountPath).toBe(variables['PROVISIONING_ITEMS_FOLDER']);
    expect(manifest('shared-items', 'persistent-volume-claim.yaml')).toMatchObject({
      spec: { accessModes: ['ReadWriteMany'] },
    });
  });

  test('by the controller has the same pods, and reaches the same Temporal', () => {
    expect(versioned.spec.template).toEqual(worker.spec.template);
    const { replicas, minReadySeconds } = worker.spec;
    expect(versioned).toMatchObject({
      apiVersion: 'temporal.io/v1alpha1',
      spec: {
        replicas,
        minReadySeconds,
        workerOptions: {
          connectionRef: { name: 'provisioning-worker' },
          temporalNamespace: variables['TEMPORAL_NAMESPACE'],
        },
      },
    });
    expect(manifest('worker-controller', 'connection.yaml')).toEqual({
      apiVersion: 'temporal.io/v1alpha1',
      kind: 'Connection',
      metadata: { name: 'provisioning-worker' },
      spec: { hostPort: variables['TEMPORAL_ADDRESS'] },
    });
  });

  test('by the controller is ramped up in steps that the controller takes', () => {
    const { rollout } = versioned.spec as unknown as {
      rollout: { strategy: string; steps: { rampPercentage: number; pauseDuration: string }[] };
    };
    expect(rollout.strategy).toBe('Progressive');
    const shares = rollout.steps.map(({ rampPercentage }) => rampPercentage);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    // It refuses less than 1 %, more than 99 %, and pauses of less than 30 s.
    expect(shares.filter((share) => share < 1 || share > 99)).toEqual([]);
    for (const { pauseDuration } of rollout.steps) expect(pauseDuration).toMatch(/^[1-9]\d*m$/);
  });
});

describe('the codec server in Kubernetes', () => {
  const container = containerOf(codecServer);

  test('listens where the probes and the service look', () => {
    expect(container.command).toEqual(['node', 'bin/provisioning.js', 'codec-server']);
    expect(container.ports).toEqual([{ name: 'http', containerPort: 8888 }]);
    expect(container.env).toContainEqual({ name: 'PROVISIONING_CODEC_ADDRESS', value: '0.0.0.0:8888' });
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(probe.httpGet).toEqual({ path: '/health', port: 'http' });
    }
    expect(manifest('codec-server', 'service.yaml')).toMatchObject({
      spec: { selector: CODEC_LABELS, ports: [{ port: 8888, targetPort: 'http' }] },
    });
  });

  test('is reached through the ingress only, and reaches nothing', () => {
    expect(manifest('codec-server', 'network-policy.yaml')).toMatchObject({
      spec: {
        podSelector: { matchLabels: CODEC_LABELS },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ ports: [{ protocol: 'TCP', port: 8888 }] }],
        egress: [],
      },
    });
  });

  test('has none of the worker’s secrets', () => {
    const secretNames = (workload: Workload): string[] =>
      podOf(workload).volumes.flatMap(({ projected }) => projected?.sources.map(({ secret }) => secret.name) ?? []);
    expect(secretNames(codecServer)).toEqual(['provisioning-codec-server']);
    expect(secretNames(worker)).toEqual(['provisioning-worker', 'provisioning-worker-temporal-tls']);
  });
});

describe('the Kubernetes manifests', () => {
  test('hold no secret, and no namespace of their own', () => {
    for (const folder of folders) {
      for (const file of filesOf(folder)) {
        const text = textOf(folder, file);
        expect(text).not.toMatch(/^kind: Secret$/m);
        if (folder !== 'example') expect(text).not.toMatch(/^ *namespace:/m);
      }
    }
  });
});
