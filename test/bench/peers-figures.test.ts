import { checkAcceptance } from '../../bench/peers/acceptance';
import { quotaFigures } from '../../bench/peers/quota-figures';
import type { Run } from '../../bench/peers/quota-run';
import { planTasks } from '../../bench/peers/workload';

const options = { slots: 20, meanMs: 10_000, staggerMs: 4_000, horizonMs: 200_000, seed: 1 };

describe('planTasks', () => {
  it('gives the same tasks for the same options, and others for another seed', () => {
    expect(planTasks(options)).toEqual(planTasks(options));
    expect(planTasks({ ...options, seed: 2 })).not.toEqual(planTasks(options));
  });

  it('keeps as many tasks in flight as there are slots, from the end of the stagger on', () => {
    const tasks = planTasks(options);
    for (const ms of [4_000, 50_000, 199_999]) {
      const inFlight = tasks.filter(({ startMs, durationMs }) => startMs <= ms && ms < startMs + durationMs);
      expect(inFlight).toHaveLength(20);
    }
  });

  it('draws durations of the wanted mean, and tasks of different names in order of their begin', () => {
    const tasks = planTasks({ ...options, horizonMs: 1_000_000 });
    const mean = tasks.reduce((sum, { durationMs }) => sum + durationMs, 0) / tasks.length;
    expect(mean / 10_000).toBeGreaterThan(0.9);
    expect(mean / 10_000).toBeLessThan(1.1);
    expect(new Set(tasks.map(({ taskId }) => taskId)).size).toBe(tasks.length);
    expect(tasks.map(({ startMs }) => startMs)).toEqual(tasks.map(({ startMs }) => startMs).sort((a, b) => a - b));
  });
});

describe('quotaFigures', () => {
  const run: Run = {
    fromMs: 10_000,
    toMs: 20_000,
    endMs: 30_000,
    tasks: [
      { taskId: 'seen', beginMs: 5_000, endMs: 12_000 },
      { taskId: 'unseen', beginMs: 15_000, endMs: 18_000 },
      { taskId: 'given-up', beginMs: 15_000, endMs: 19_000 },
      { taskId: 'before', beginMs: 1_000, endMs: 9_000 },
      { taskId: 'after', beginMs: 15_000, endMs: 21_000 },
    ],
    calls: [
      { at: 9_000, taskId: 'before', answered: 'Success' },
      { at: 11_000, taskId: 'seen', answered: 'InProgress' },
      { at: 11_500, taskId: 'seen', answered: 'RequestLimitExceeded' },
      { at: 13_900, taskId: 'seen', answered: 'Success' },
      { at: 16_000, taskId: 'given-up', answered: 'RequestLimitExceeded' },
      { at: 21_500, taskId: 'after', answered: 'Success' },
    ],
    reports: [
      { taskId: 'before', atMs: 9_010, isSuccess: true, events: 10 },
      { taskId: 'seen', atMs: 14_000, isSuccess: true, events: 32 },
      { taskId: 'given-up', atMs: 16_010, isSuccess: false, events: 10 },
      { taskId: 'after', atMs: 21_510, isSuccess: true, events: 10 },
    ],
    workerCpuMs: 300,
    serverCpuMs: 600,
    idleShare: 0.5,
  };

  it('counts the delay of the tasks that ended in the window, of those not known until the end of the run', () => {
    const figures = quotaFigures(run);
    expect(figures).toMatchObject({ ended: 3, known: 1, givenUp: 1 });
    expect(figures.meanDelaySeconds).toBeCloseTo((2 + 12 + 11) / 3);
    expect(figures.p99DelaySeconds).toBe(12);
    expect(figures.deliveryMs).toBe(100);
  });

  it('counts the calls of the window, and the busiest second of the run', () => {
    expect(quotaFigures(run)).toMatchObject({ callsPerSecond: 0.4, throttled: 2, throttledShare: 0.5 });
    expect(quotaFigures(run).mostCallsInASecond).toBe(2);
  });

  it('counts the follows that are open, also of a task that has ended', () => {
    const openMs = 4_000 + 5_000 + 1_010 + 5_000;
    expect(quotaFigures(run).follows).toBeCloseTo(openMs / 10_000);
  });

  it('shares the CPU time out, and tells what a further call adds to a history', () => {
    expect(quotaFigures(run)).toMatchObject({ workerCpuMsPerTask: 100, serverCpuMsPerTask: 200 });
    expect(quotaFigures(run).workerCpuMsPerCall).toBe(75);
    expect(quotaFigures(run).eventsPerCall).toBeCloseTo(11);
  });

  it('has no figures of a server where there is none', () => {
    const { serverCpuMs: _, ...inProcess } = run;
    const figures = quotaFigures(inProcess);
    expect(figures.serverCpuMsPerTask).toBeUndefined();
    expect(figures.eventsPerTask).toBeUndefined();
  });

  it('lets a claim fail when this project is later, throttled more often, or does not know all ends', () => {
    const measured = (peer: string, meanDelaySeconds: number, throttled: number) => ({
      peer,
      isInProcess: false,
      figures: { ...quotaFigures(run), known: 3, meanDelaySeconds, throttled },
    });
    const ours = measured('provisioning-worker, fast', 3, 1);
    const peers = [measured('slower', 4, 1), measured('faster', 2, 1), measured('politer', 4, 0)];
    const checks = checkAcceptance({ quota: [ours, ...peers], kills: [], ours, matched: ours });
    expect(checks.map(({ isMet }) => isMet)).toEqual([true, false, false, true]);

    const unfinished = { ...ours, figures: { ...ours.figures, known: 2 } };
    const [first] = checkAcceptance({ quota: [unfinished, ...peers], kills: [], ours: unfinished, matched: ours });
    expect(first?.isMet).toBe(false);
  });
});
