import { judgePollers, type PolledQueue } from '../../src/doctor/pollers';
import type { WorkerVersion } from '../../src/worker-version';

const NOW = 1_000_000;

function queues(workflowAgesMs: number[], activityAgesMs: number[]): PolledQueue[] {
  const pollersOf = (agesMs: number[]): PolledQueue['pollers'] =>
    agesMs.map((ageMs, i) => ({ identity: `${i}@host`, lastPollMs: NOW - ageMs }));
  return [
    { namespace: 'n', queue: 'w', kind: 'workflow', pollers: pollersOf(workflowAgesMs) },
    { namespace: 'n', queue: 'a', kind: 'activity', pollers: pollersOf(activityAgesMs) },
  ];
}

describe('the judgement of pollers', () => {
  test('workers on both queues are well; the youngest poll counts', () => {
    expect(judgePollers(queues([200_000, 3_000], [1_400]), NOW)).toEqual({
      verdict: 'ok',
      detail: '2 workers poll w, the last time 3 s ago; 1 worker polls a, the last time 1 s ago',
    });
  });

  test('a clock of the server that is ahead makes no negative age', () => {
    expect(judgePollers(queues([-5_000], [0]), NOW).detail).toContain('1 worker polls w, the last time 0 s ago');
  });

  test.each<[number[], number[], string]>([
    [[], [], 'no workflow worker polls w; no activity worker polls a'],
    [[0], [], '1 worker polls w, the last time 0 s ago; no activity worker polls a'],
  ])('a queue that nobody polls fails: %j %j', (workflowAges, activityAges, detail) => {
    expect(judgePollers(queues(workflowAges, activityAges), NOW)).toEqual({
      verdict: 'failed',
      detail,
      next: 'Start a worker: npm run up, or node dist/src/worker.js',
    });
  });

  test('a queue whose last poll is too long ago is a warning: the server remembers pollers that have gone', () => {
    expect(judgePollers(queues([0], [91_000]), NOW)).toMatchObject({ verdict: 'warning' });
    expect(judgePollers(queues([0], [89_000]), NOW)).toMatchObject({ verdict: 'ok' });
  });

  describe('where workers have versions', () => {
    const one = { deploymentName: 'prov', buildId: '1' };
    const two = { deploymentName: 'prov', buildId: '2' };
    const polled = (versions: (WorkerVersion | undefined)[], currentVersion?: WorkerVersion): PolledQueue => ({
      namespace: 'n',
      queue: 'w',
      kind: 'workflow',
      pollers: versions.map((version, i) => ({ identity: `${i}@host`, lastPollMs: NOW, ...(version && { version }) })),
      ...(currentVersion && { currentVersion }),
    });
    const makeTwoCurrent =
      'Make it current with: temporal worker deployment set-current-version --namespace n --deployment-name prov --build-id 2 --yes';

    test('those of the current version count, not those that drain', () => {
      expect(judgePollers([polled([one, two, two, undefined], two)], NOW)).toEqual({
        verdict: 'ok',
        detail: '2 workers of the current version prov:2 poll w, the last time 0 s ago',
      });
    });

    test('a version that nobody made current gets nothing', () => {
      expect(judgePollers([polled([two])], NOW)).toEqual({
        verdict: 'failed',
        detail: 'no workflow worker polls w, only of version prov:2, to which nothing new goes',
        next: makeTwoCurrent,
      });
    });

    test('a current version without workers leaves what is new waiting', () => {
      expect(judgePollers([polled([two, undefined], one)], NOW)).toEqual({
        verdict: 'failed',
        detail:
          'no workflow worker of the current version prov:1 polls w, only of version prov:2, without a version, to which nothing new goes',
        next: `Start a worker: npm run up, or node dist/src/worker.js, of version prov:1. Or let another be current. ${makeTwoCurrent}`,
      });
      expect(judgePollers([polled([undefined], one)], NOW).next).toBe(
        'Start a worker: npm run up, or node dist/src/worker.js, of version prov:1',
      );
    });
  });
});
