import { listCommand, planCommand, question, refusalSentence } from '../../src/cli/confirm';
import { selectionOf } from '../../src/cli/selection';

function faultsOf(zone: string | undefined, tasks: string[], query?: string): string[] {
  const faults: string[] = [];
  selectionOf(zone, tasks, query === undefined ? {} : { query }, faults);
  return faults;
}

const NOTHING_GIVEN = 'Give a zone and the tasks of it, or --query with a list filter';
const EMPTY_FILTER = "--query must be a list filter such as ProvisioningPhase = 'Blocked'";

test('selects typed tasks of one zone, each once', () => {
  expect(selectionOf('z-1', ['t-1', 't-2', 't-1'], {}, [])).toEqual({
    tasks: [
      { zoneId: 'z-1', taskId: 't-1' },
      { zoneId: 'z-1', taskId: 't-2' },
    ],
  });
});

test('selects by a list filter', () => {
  const faults: string[] = [];
  expect(selectionOf(undefined, [], { query: "ProvisioningZoneId = 'z-1'" }, faults)).toEqual({
    query: "ProvisioningZoneId = 'z-1'",
  });
  expect(faults).toEqual([]);
});

test.each<[string, string[], string[]]>([
  ['nothing', faultsOf(undefined, []), [NOTHING_GIVEN]],
  ['both', faultsOf('z-1', ['t-1'], 'x'), [`${NOTHING_GIVEN}, not both`]],
  ['a zone alone', faultsOf('z-1', []), ['Give at least one task of zone z-1']],
  ['an empty filter', faultsOf(undefined, [], ' '), [EMPTY_FILTER]],
  ['one bad task', faultsOf('z-1', ['']), ['taskId must be a non-empty string']],
  [
    'several bad ids',
    faultsOf('z 1', ['t-1', 'a/b', 'c d']),
    [
      'zoneId must not contain white space or control characters',
      'taskId "a/b" must not contain "/"',
      'taskId "c d" must not contain white space or control characters',
    ],
  ],
])('refuses %s', (_, faults, expected) => {
  expect(faults).toEqual(expected);
});

describe('the question before many follows are steered', () => {
  const tasks = Array.from({ length: 12 }, (_, index) => ({ zoneId: 'z-1', taskId: `t-${index + 1}` }));

  test('names the first three and counts the others', () => {
    expect(question('Pause', tasks)).toBe('Pause 12 follows: z-1/t-1, z-1/t-2, z-1/t-3 and 9 more?');
    expect(question('Cancel', tasks.slice(0, 2))).toBe('Cancel 2 follows: z-1/t-1, z-1/t-2?');
  });

  test.each([
    ["A = 'b'", `"A = 'b'"`],
    ['A = "b"', `'A = "b"'`],
    ['A = \'b\' AND C = "d"', `'A = '\\''b'\\'' AND C = "d"'`],
  ])('where nobody can be asked, tells a command to look first: %s', (query, quoted) => {
    expect(refusalSentence('Pause 2 follows: a, b?', listCommand(query))).toBe(
      `Pause 2 follows: a, b? There is no terminal to ask on: add --yes, or look first with: provisioning list --query ${quoted}`,
    );
  });

  test('before a batch, the command that shows its plan', () => {
    expect(planCommand('provision', 'z-1', 'in/users.csv')).toBe(
      'provisioning provision --zone z-1 --file in/users.csv --plan',
    );
    expect(planCommand('deprovision', 'z-1', "$it's.csv")).toBe(
      `provisioning deprovision --zone z-1 --file '$it'\\''s.csv' --plan`,
    );
  });
});
