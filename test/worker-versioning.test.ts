import { readVersioning, versioningOptions, versionSentence } from '../src/worker-versioning';

const both = (deploymentName: string, buildId: string): NodeJS.ProcessEnv => ({
  TEMPORAL_DEPLOYMENT_NAME: deploymentName,
  TEMPORAL_WORKER_BUILD_ID: buildId,
});

function read(env: NodeJS.ProcessEnv): { version: ReturnType<typeof readVersioning>; faults: string[] } {
  const faults: string[] = [];
  return { version: readVersioning(env, faults), faults };
}

const NAME_FAULT =
  'TEMPORAL_DEPLOYMENT_NAME must be at most 127 letters, digits, "-", "_" and "/", and begin with a letter or digit, got';
const BUILD_FAULT =
  'TEMPORAL_WORKER_BUILD_ID must be at most 63 letters, digits, ".", "-", "_" and "+", and begin with a letter or digit, got';

describe('the version of a worker', () => {
  test('is off without the variables; an empty one counts as not set', () => {
    expect(read({})).toEqual({ version: undefined, faults: [] });
    expect(read(both('', ' '))).toEqual({ version: undefined, faults: [] });
    expect(versioningOptions(undefined)).toEqual({});
  });

  test.each([
    ['identity/provisioning-worker', '0.2.0'],
    ['prov', '0.2.0-rc.1+7f3a_9'],
    ['a'.repeat(127), 'b'.repeat(63)],
  ])('%s %s is taken as it is', (deploymentName, buildId) => {
    expect(read(both(deploymentName, buildId))).toEqual({ version: { deploymentName, buildId }, faults: [] });
  });

  test('one variable without the other is a fault', () => {
    expect(read({ TEMPORAL_DEPLOYMENT_NAME: 'prov' })).toEqual({
      version: undefined,
      faults: ['TEMPORAL_DEPLOYMENT_NAME is set, so TEMPORAL_WORKER_BUILD_ID must be, too: or neither'],
    });
    expect(read({ TEMPORAL_WORKER_BUILD_ID: '1' })).toEqual({
      version: undefined,
      faults: ['TEMPORAL_WORKER_BUILD_ID is set, so TEMPORAL_DEPLOYMENT_NAME must be, too: or neither'],
    });
  });

  // The server refuses the first three, and a worker so named polls for ever without work.
  test.each(['a.b', 'a:b', '__a', 'a b', "a'b", '-a', 'ü', 'a'.repeat(128)])('deployment name "%s"', (name) => {
    expect(read(both(name, '1')).faults).toEqual([`${NAME_FAULT} "${name}"`]);
  });

  test.each(['1:2', '__unversioned__', 'a/b', 'a b', '-1', 'é', 'b'.repeat(64)])('build id "%s"', (buildId) => {
    expect(read(both('prov', buildId)).faults).toEqual([`${BUILD_FAULT} "${buildId}"`]);
  });

  test('both faults are told at once', () => {
    expect(read(both('a.b', 'a b')).faults).toEqual([`${NAME_FAULT} "a.b"`, `${BUILD_FAULT} "a b"`]);
  });

  test('pins what a versioned worker begins', () => {
    const version = { deploymentName: 'prov', buildId: '2' };
    expect(versioningOptions(version)).toEqual({
      workerDeploymentOptions: { useWorkerVersioning: true, version, defaultVersioningBehavior: 'PINNED' },
    });
  });

  test('a worker says whether new follows come to it', () => {
    const version = { deploymentName: 'prov', buildId: '2' };
    const command =
      'Make it current with: temporal worker deployment set-current-version --namespace identity --deployment-name prov --build-id 2 --yes';
    expect(versionSentence('identity', version, { ...version })).toBe(
      'This worker is version prov:2, which is current: it gets new follows',
    );
    expect(versionSentence('identity', version, { ...version, buildId: '1' })).toBe(
      `This worker is version prov:2, and new follows go to version prov:1. ${command}`,
    );
    expect(versionSentence('identity', version, undefined)).toBe(
      `This worker is version prov:2, and new follows go to workers without a version. ${command}`,
    );
  });
});
