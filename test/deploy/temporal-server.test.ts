import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { SEARCH_ATTRIBUTE_TYPES, TASK_QUEUES } from '../../src/contract/names';
import { SERVER_SETTINGS } from '../../src/dev/server-settings';
import { root } from '../support/project';

import { bindMounts, service } from './compose-file';

describe('the Temporal server of docker-compose.yml', () => {
  const settings = parse(readFileSync(path.join(root, 'deploy', 'dynamic-config.yaml'), 'utf8')) as Record<
    string,
    { value: unknown }[]
  >;

  test('and its tools are of one version', () => {
    const [, version] = service('temporal').image.split(':');
    for (const name of ['temporal-schema', 'temporal-namespace', 'temporal-search-attributes']) {
      expect(service(name).image).toBe(`temporalio/admin-tools:${version}`);
    }
  });

  test('gets every search attribute of the contract with its type', () => {
    const script = service('temporal-search-attributes').command?.join('\n') ?? '';
    const registered = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(
      ([, name, type]) => [name, type] as const,
    );
    expect(Object.fromEntries(registered)).toEqual(SEARCH_ATTRIBUTE_TYPES);
  });

  test('reads the dynamic configuration that is mounted', () => {
    expect(bindMounts(service('temporal'))).toEqual([
      ['./deploy/dynamic-config.yaml', service('temporal').environment?.['DYNAMIC_CONFIG_FILE_PATH']],
    ]);
    const onePartition = [TASK_QUEUES.tencentOrganization, TASK_QUEUES.tencentUserSync].map((taskQueueName) => ({
      value: 1,
      constraints: { taskQueueName },
    }));
    expect(settings).toEqual({
      'system.forceSearchAttributesCacheRefreshOnRead': [{ value: true, constraints: {} }],
      'matching.enableFairness': [{ value: true, constraints: {} }],
      'history.timerProcessorMaxPollRPS': [{ value: 100, constraints: {} }],
      'history.transferProcessorMaxPollRPS': [{ value: 100, constraints: {} }],
      'matching.numTaskqueueReadPartitions': onePartition,
      'matching.numTaskqueueWritePartitions': onePartition,
    });
  });

  test('has the settings that the dev server has', () => {
    expect(
      Object.fromEntries(Object.entries(settings).map(([name, [first]]) => [name, JSON.stringify(first?.value)])),
    ).toEqual(SERVER_SETTINGS);
  });
});
