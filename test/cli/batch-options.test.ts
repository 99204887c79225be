import { batchIdOf, toBatchOptions, type BatchCommandOptions } from '../../src/cli/batch-options';

const TYPED = { zone: 'z-1', file: 'users.csv' };

function read(options: Partial<BatchCommandOptions>): { options: object; faults: string[] } {
  const faults: string[] = [];
  return { options: toBatchOptions({ ...TYPED, ...options }, faults), faults };
}

test('turns what was typed into options of the batch', () => {
  expect(read({})).toEqual({ options: { zoneId: 'z-1' }, faults: [] });
  const all = { maxInFlight: '50', deadline: '3600', cancelFollows: true, requestedBy: 'ops', note: 'new team' };
  expect(read(all)).toEqual({
    options: {
      zoneId: 'z-1',
      maxInFlight: 50,
      follow: { deadlineSeconds: 3600 },
      cancelFollows: true,
      requestedBy: 'ops',
      note: 'new team',
    },
    faults: [],
  });
});

test('names every fault', () => {
  const wrong = { zone: '', id: 'a/b', maxInFlight: '0', deadline: '-1', note: 'x'.repeat(1_001), timeout: '5' };
  expect(read({ ...wrong, detach: true }).faults).toEqual([
    '--zone must be a non-empty string',
    '--id must not contain "/"',
    '--note must be a string of at most 1000 characters',
    '--timeout needs a wait: take --detach or --plan away',
    '--deadline must be a number of seconds, positive, at most 315360000',
    '--max-in-flight must be a whole number from 1 to 10000',
  ]);
  expect(read({ maxInFlight: 'many' }).faults).toEqual(['--max-in-flight must be a number, got "many"']);
});

test('the same items have the same id, others another', () => {
  expect(batchIdOf([{ a: '1' }])).toBe('df695fe22226');
  expect(batchIdOf([{ a: '2' }])).not.toBe(batchIdOf([{ a: '1' }]));
});
