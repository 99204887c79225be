import { explainDifferences, movePaths, relocate, type Places } from '../../scripts/cluster/relocation';

const PLACES: Places = {
  ports: { 'postgresql:5432': 21_000, 'temporal:7233': 22_000 },
  paths: { '/etc/temporal/schema': '/go/mod/schema', '/etc/a.yaml': '/tmp/a.yaml' },
};

const SERVER = {
  BIND_ON_IP: '0.0.0.0',
  DB: 'postgres12',
  DB_PORT: '5432',
  DYNAMIC_CONFIG_FILE_PATH: '/etc/a.yaml',
  LOG_LEVEL: 'warn',
  POSTGRES_PWD: 'secret',
  POSTGRES_SEEDS: 'postgresql',
  // The name of a host, but a user.
  POSTGRES_USER: 'temporal',
  TEMPORAL_ADDRESS: 'temporal:7233',
};

const MOVED = {
  ...SERVER,
  BIND_ON_IP: '127.0.0.1',
  DB_PORT: '21000',
  DYNAMIC_CONFIG_FILE_PATH: '/tmp/a.yaml',
  POSTGRES_SEEDS: '127.0.0.1',
  TEMPORAL_ADDRESS: '127.0.0.1:22000',
};

describe('an environment of docker-compose.yml on this machine', () => {
  test('has other hosts, ports and paths, and nothing else', () => {
    expect(relocate(SERVER, PLACES)).toEqual(MOVED);
    expect(explainDifferences(SERVER, { ...MOVED, HISTORY_GRPC_PORT: '23000' }, PLACES)).toEqual([
      { name: 'BIND_ON_IP', before: '0.0.0.0', after: '127.0.0.1', kind: 'host' },
      { name: 'DB_PORT', before: '5432', after: '21000', kind: 'port' },
      { name: 'DYNAMIC_CONFIG_FILE_PATH', before: '/etc/a.yaml', after: '/tmp/a.yaml', kind: 'path' },
      { name: 'HISTORY_GRPC_PORT', after: '23000', kind: 'port' },
      { name: 'POSTGRES_SEEDS', before: 'postgresql', after: '127.0.0.1', kind: 'host' },
      { name: 'TEMPORAL_ADDRESS', before: 'temporal:7233', after: '127.0.0.1:22000', kind: 'address' },
    ]);
  });

  test.each([
    ['another value', { LOG_LEVEL: 'debug' }, 'LOG_LEVEL has another value'],
    ['another secret, which is not told', { POSTGRES_PWD: 'other' }, 'POSTGRES_PWD has another value'],
    ['a host where a user stood', { POSTGRES_USER: '127.0.0.1' }, 'POSTGRES_USER has another value'],
    ['a host beyond this machine', { POSTGRES_SEEDS: '10.0.0.1' }, 'POSTGRES_SEEDS has another value'],
    ['another file', { DYNAMIC_CONFIG_FILE_PATH: '/tmp/b.yaml' }, 'DYNAMIC_CONFIG_FILE_PATH has another value'],
    ['no port', { DB_PORT: 'none' }, 'DB_PORT has another value'],
    ['one more variable', { SQL_MAX_CONNS: '5' }, 'SQL_MAX_CONNS is added'],
  ])('with %s is refused', (_name, change, fault) => {
    expect(() => explainDifferences(SERVER, { ...MOVED, ...change }, PLACES)).toThrow(
      new Error(`More than hosts, ports and paths would differ from docker-compose.yml: ${fault}`),
    );
  });

  test('without a variable is refused, with every other fault', () => {
    const { DB: _left, ...rest } = MOVED;
    expect(() => explainDifferences(SERVER, { ...rest, LOG_LEVEL: 'info', NEW: '1' }, PLACES)).toThrow(
      'DB is left out; LOG_LEVEL has another value; NEW is added',
    );
  });

  test('has its scripts with other paths alone', () => {
    expect(movePaths('tool -d "/etc/temporal/schema/v12/$x" --port 5432', PLACES.paths)).toBe(
      'tool -d "/go/mod/schema/v12/$x" --port 5432',
    );
  });
});
