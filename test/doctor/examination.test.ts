import { failed, ok, warning, type Finding, type Step } from '../../src/doctor/check';
import { createExamination } from '../../src/doctor/examination';

const NEXT = 'mend it';

function step(name: Step['name'], run: Step['run'], more: Partial<Step> = {}): Step {
  return { name, next: NEXT, run, ...more };
}

function finding(found: Finding): Step['run'] {
  return () => Promise.resolve(found);
}

const never: Step['run'] = () => new Promise(() => undefined);

describe('an examination', () => {
  test('gives what a step finds', async () => {
    const examine = createExamination();
    await expect(examine(step('clock', finding(ok('fine'))))).resolves.toEqual({
      name: 'clock',
      verdict: 'ok',
      detail: 'fine',
    });
  });

  test.each<[string, Step['run']]>([
    ['rejects', () => Promise.reject(new Error('no route'))],
    [
      'throws',
      () => {
        throw new Error('no route');
      },
    ],
  ])('turns a step that %s into a failed check with its next step', async (_, run) => {
    const examine = createExamination();
    await expect(examine(step('cloud-tcp', run))).resolves.toEqual({
      name: 'cloud-tcp',
      verdict: 'failed',
      detail: 'no route',
      next: NEXT,
    });
  });

  test('skips what needs a check that failed, also over several, and names the first failure', async () => {
    const examine = createExamination();
    const run = jest.fn(finding(ok('fine')));
    await examine(step('cloud-dns', finding(failed('no such name', 'check it'))));
    const tcp = await examine(step('cloud-tcp', run, { needs: ['cloud-dns'] }));
    const tls = await examine(step('cloud-tls', run, { needs: ['cloud-tcp'] }));
    const detail = 'not checked, because cloud-dns failed';
    expect(tcp).toEqual({ name: 'cloud-tcp', verdict: 'skipped', detail });
    expect(tls).toEqual({ name: 'cloud-tls', verdict: 'skipped', detail });
    expect(run).not.toHaveBeenCalled();
  });

  test('goes on after a warning, after a step that skipped itself, and after a failure that it does not need', async () => {
    const examine = createExamination();
    await examine(step('credentials', finding(warning('short', 'look'))));
    await examine(step('cloud-tls', finding({ verdict: 'skipped', detail: 'a proxy' })));
    await examine(step('temporal-tcp', finding(failed('nobody listens', 'start'))));
    const last = await examine(step('permission', finding(ok('fine')), { needs: ['credentials', 'cloud-tls'] }));
    expect(last.verdict).toBe('ok');
  });

  test('ends a step at its bound, and aborts it', async () => {
    const examine = createExamination({ stepMs: 60 });
    let aborted = false;
    const check = await examine(
      step('permission', (signal) => {
        signal.addEventListener('abort', () => (aborted = true));
        return never(signal);
      }),
    );
    expect(check).toEqual({ name: 'permission', verdict: 'failed', detail: 'no answer within 0.1 s', next: NEXT });
    expect(aborted).toBe(true);
  });

  test('gives a step the bound that it asks for', async () => {
    const examine = createExamination({ stepMs: 20 });
    const slow: Step['run'] = () => new Promise((resolve) => setTimeout(() => resolve(ok('late')), 60));
    await expect(examine(step('configuration', slow, { limitMs: 5_000 }))).resolves.toMatchObject({ verdict: 'ok' });
  });

  test('ends all steps together at the bound of all', async () => {
    const examine = createExamination({ totalMs: 60 });
    await expect(examine(step('cloud-dns', never))).resolves.toMatchObject({ detail: 'no answer within 0.1 s' });
    await expect(examine(step('credentials', finding(ok('fine'))))).resolves.toMatchObject({
      verdict: 'failed',
      detail: 'not checked: the checks before took all the time',
    });
  });
});
