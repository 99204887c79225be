import { execFileSync } from 'node:child_process';

import fc from 'fast-check';

import { followInputFaults } from '../src/contract';
import { batchRunBookOf, runBookOf, summaryOf } from '../src/operator-texts';

const IDS = { zoneId: 'z-1', taskId: 't-1' };
/** `zone z-1 task t-1, requested by `, so many bytes before the name. */
const HEAD = 'zone z-1 task t-1, requested by ';

describe('a summary', () => {
  test.each([
    [IDS, 'zone z-1 task t-1'],
    [{ ...IDS, requestedBy: 'identity team' }, 'zone z-1 task t-1, requested by identity team'],
    [{ ...IDS, note: 'not told here' }, 'zone z-1 task t-1'],
  ])('of %j is one line', (input, summary) => {
    expect(summaryOf(input)).toBe(summary);
  });

  test('of a name with line breaks and control characters is one line all the same', () => {
    expect(summaryOf({ ...IDS, requestedBy: 'a\r\nb\tc\u0000\u001b[1md' })).toBe(`${HEAD}a b c [1md`);
  });

  test.each([
    ['of 200 bytes is whole', 'x'.repeat(168), 'x'.repeat(168)],
    ['of 201 bytes is cut at the byte', 'x'.repeat(169), `${'x'.repeat(165)}…`],
    ['of 1,032 bytes is cut', 'x'.repeat(1_000), `${'x'.repeat(165)}…`],
    ['of 200 bytes in characters of three is whole', '任'.repeat(56), '任'.repeat(56)],
    ['is cut after a character of three bytes', '任'.repeat(57), `${'任'.repeat(55)}…`],
    ['is cut before a character of three bytes that does not fit', `x${'任'.repeat(56)}`, `x${'任'.repeat(54)}…`],
    ['is cut before a character of four bytes that does not fit', '😀'.repeat(43), `${'😀'.repeat(41)}…`],
    ['is cut before a character of four bytes, one byte on', `x${'😀'.repeat(42)}`, `x${'😀'.repeat(41)}…`],
    ['is cut before a character of four bytes, two bytes on', `xx${'😀'.repeat(42)}`, `xx${'😀'.repeat(40)}…`],
  ])('%s', (_, requestedBy, expected) => {
    expect(Buffer.byteLength(HEAD)).toBe(32);
    expect(summaryOf({ ...IDS, requestedBy })).toBe(HEAD + expected);
  });

  test('has at most 200 bytes, 400 as JSON, and no broken character, whoever asked', () => {
    const text = fc.string({ unit: 'binary', maxLength: 1_000 });
    fc.assert(
      fc.property(text, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }), (requestedBy, id) => {
        const summary = summaryOf({ zoneId: id, taskId: id, requestedBy: requestedBy.replaceAll('\ufffd', '') });
        return (
          Buffer.byteLength(summary) <= 200 &&
          Buffer.byteLength(JSON.stringify(summary)) <= 400 &&
          !summary.includes('\ufffd') &&
          summary.isWellFormed()
        );
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test.each(['"', '\\', '\n', '\u0001', '\ud800', '😀', '任'])(
    'of many %j stays within 400 bytes of JSON',
    (character) => {
      const summary = summaryOf({ zoneId: '"'.repeat(128), taskId: 't-1', requestedBy: character.repeat(1_000) });
      expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThanOrEqual(400);
      const named = summaryOf({ ...IDS, requestedBy: character.repeat(1_000) });
      expect(Buffer.byteLength(JSON.stringify(named))).toBeLessThanOrEqual(400);
    },
  );
});

const commandsOf = (book: string): string[] => book.split('\n').filter((line) => line.startsWith('npx provisioning '));

describe('a run book', () => {
  test('begins with who asked and why', () => {
    expect(runBookOf(IDS)).toMatch(/^This workflow asks the cloud/);
    expect(runBookOf({ ...IDS, requestedBy: 'identity team' })).toMatch(
      /^Requested by identity team\.\n\nThis workflow asks/,
    );
    expect(runBookOf({ ...IDS, note: 'for audit 7' })).toMatch(/^Note: for audit 7\n\nThis workflow asks/);
    expect(runBookOf({ ...IDS, requestedBy: 'a\nb', note: 'c\nd\u0007e' })).toMatch(
      /^Requested by a b\.\n\nNote: c\nd e\n\nThis workflow asks/,
    );
  });

  test('has the commands of this very task', () => {
    expect(commandsOf(runBookOf(IDS))).toEqual([
      'npx provisioning status z-1 t-1',
      'npx provisioning check-now z-1 t-1',
      'npx provisioning pause z-1 t-1 --reason "…"',
      'npx provisioning resume z-1 t-1',
      'npx provisioning extend z-1 t-1 --by 3600',
      'npx provisioning resolve z-1 t-1 --outcome Succeeded --reason "…"',
      'npx provisioning cancel z-1 t-1',
    ]);
  });

  test.each([
    ['z-djw98wnd0000', 'z-djw98wnd0000'],
    ['A_b.C:d=e@f%g+h', 'A_b.C:d=e@f%g+h'],
    ['任务', "'任务'"],
    ['a;reboot', "'a;reboot'"],
    ['$(reboot)', "'$(reboot)'"],
    ['`reboot`', "'`reboot`'"],
    ["it's", "'it'\\''s'"],
    ["'", "''\\'''"],
    ['a"b\\', `'a"b\\'`],
    ['*', "'*'"],
    ['~root', "'~root'"],
    ['a&b|c>d<e#f', "'a&b|c>d<e#f'"],
    ['{a,b}', "'{a,b}'"],
    ['!!', "'!!'"],
  ])('writes the id %j as %s, which a shell reads back as it is', (id, word) => {
    const [status] = commandsOf(runBookOf({ zoneId: id, taskId: 't-1' }));
    expect(status).toBe(`npx provisioning status ${word} t-1`);
    expect(execFileSync('sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' })).toBe(id);
  });

  test.each(["'", '"', '任', '\\'])(
    'fits the 20,000 bytes of the server, as JSON, with the longest ids of %j',
    (character) => {
      for (const text of ['x', '任', '\n', '\t', '\u0001', '\ud800', '"']) {
        const id = character.repeat(128);
        const input = { zoneId: id, taskId: id, requestedBy: text.repeat(1_000), note: text.repeat(1_000) };
        expect(followInputFaults(input, 0)).toEqual([]);
        expect(Buffer.byteLength(JSON.stringify(runBookOf(input)))).toBeLessThanOrEqual(20_000);
      }
    },
  );
});

describe('the run book of a batch', () => {
  test('says who asked and why, and has the commands of this very batch', () => {
    const book = batchRunBookOf('provision-users/z-1/b-1', { requestedBy: 'identity team', note: 'joiners' });
    expect(book).toMatch(
      /^Requested by identity team\.\n\nNote: joiners\n\nThis workflow creates or removes user syncs/,
    );
    expect(commandsOf(book)).toEqual([
      'npx provisioning batch attach provision-users/z-1/b-1',
      'npx provisioning batch report provision-users/z-1/b-1',
      'npx provisioning batch pause provision-users/z-1/b-1 --reason "…"',
      'npx provisioning batch resume provision-users/z-1/b-1',
      'npx provisioning batch retry-failed provision-users/z-1/b-1',
      'npx provisioning batch cancel provision-users/z-1/b-1',
    ]);
  });

  test('fits the 20,000 bytes of the server, as JSON, with the longest texts', () => {
    const id = `deprovision-users/${"'".repeat(128)}/${"'".repeat(128)}`;
    const text = '任'.repeat(1_000);
    const book = batchRunBookOf(id, { requestedBy: text, note: text });
    expect(Buffer.byteLength(JSON.stringify(book))).toBeLessThanOrEqual(20_000);
  });
});
