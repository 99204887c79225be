import { readFileSync } from 'node:fs';
import path from 'node:path';

import { readComposeSteps } from '../../scripts/cluster/compose-steps';
import { root } from '../support/project';

const FILE = `
x-cli: &cli
  TEMPORAL_ADDRESS: temporal:7233
  TEMPORAL_NAMESPACE: \${TEMPORAL_NAMESPACE:-default}
services:
  worker:
    build: .
    depends_on: { namespace: { condition: service_completed_successfully } }
    environment: { KEY: '\${NEVER_ASKED:?for}' }
  check:
    image: temporalio/admin-tools:1.2.3
    depends_on: [namespace]
  namespace:
    image: temporalio/admin-tools:1.2.3
    restart: on-failure:6
    depends_on: [temporal]
    environment: { <<: *cli, PRICE: 5$$ }
    entrypoint: [/bin/sh, -c]
    command: ['create "$$TEMPORAL_NAMESPACE"']
  temporal:
    image: temporalio/server:1.2.3
    restart: unless-stopped
    depends_on: { db: { condition: service_healthy } }
    environment: { POSTGRES_PWD: '\${PASSWORD:?set it}', SHARDS: 4 }
    volumes: ['./deploy/a.yaml:/etc/a.yaml:ro', 'named:/var/lib/a']
  db:
    image: postgres:\${POSTGRES_VERSION-16}
`;

describe('the steps of a Compose file', () => {
  test('are what the worker waits for, in order, with every reference replaced', () => {
    expect(readComposeSteps(FILE, { PASSWORD: 'secret' })).toEqual([
      { name: 'db', kind: 'database', image: 'postgres:16', environment: {}, command: [], mounts: [], retries: 0 },
      {
        name: 'temporal',
        kind: 'server',
        image: 'temporalio/server:1.2.3',
        environment: { POSTGRES_PWD: 'secret', SHARDS: '4' },
        command: [],
        mounts: [{ source: './deploy/a.yaml', target: '/etc/a.yaml' }],
        retries: 0,
      },
      {
        name: 'namespace',
        kind: 'job',
        image: 'temporalio/admin-tools:1.2.3',
        environment: { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'default', PRICE: '5$' },
        command: ['/bin/sh', '-c', 'create "$TEMPORAL_NAMESPACE"'],
        mounts: [],
        retries: 6,
      },
    ]);
  });

  test.each([
    ['${NAME:-word}', 'word', 'word', 'value'],
    ['${NAME-word}', 'word', '', 'value'],
    ['${NAME:-}', '', '', 'value'],
    ['${NAME}', '', '', 'value'],
    ['a $NAME b', 'a  b', 'a  b', 'a value b'],
  ])('%s is replaced as Compose does', (reference, unset, empty, given) => {
    const read = (variables: Record<string, string>): string | undefined => {
      const file = FILE.replace('SHARDS: 4', `SHARDS: '${reference}'`);
      return readComposeSteps(file, { PASSWORD: 'p', ...variables })[1]?.environment.SHARDS;
    };
    expect([read({}), read({ NAME: '' }), read({ NAME: 'value' })]).toEqual([unset, empty, given]);
  });

  test('that cannot be followed are refused with every reason', () => {
    const file = FILE.replace('SHARDS: 4', "SHARDS: '${A:?is needed}${B:+c}'");
    expect(() => readComposeSteps(file, {})).toThrow(
      'docker-compose.yml cannot be followed: PASSWORD is missing (set it); A is missing (is needed); ' +
        'a "$" of "${A:?is needed}${B:+c}" is no reference that is understood',
    );
    expect(() => readComposeSteps(FILE.replace('depends_on: { db:', 'depends_on: { redis:'), {})).toThrow(
      'A service depends on redis, which docker-compose.yml does not have',
    );
    expect(() => readComposeSteps(FILE.replace('postgres:', 'mysql:'), { PASSWORD: 'p' })).toThrow(
      'The worker waits for db, whose image mysql:16 is none that can be run here',
    );
    expect(() => readComposeSteps(FILE.replace('depends_on: { db:', 'x-depends_on: { db:'), { PASSWORD: 'p' })).toThrow(
      'docker-compose.yml cannot be followed: the worker must wait for one database, not for 0',
    );
  });

  test('of this project are the database and its schema, then the server and what is set up in it', () => {
    const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
    const kinds = readComposeSteps(text, { POSTGRES_PASSWORD: 'p' }).map(({ kind }) => kind);
    const from = kinds.indexOf('database');
    expect(kinds.slice(from, from + 4)).toEqual(['database', 'job', 'server', 'job']);
    expect(new Set([...kinds.slice(0, from), ...kinds.slice(from + 4)])).toEqual(new Set(['job']));
  });
});
