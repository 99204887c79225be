import { countSharers } from '../../src/quota/sharers';

const NOW = 1_800_000_000_000;
const poller = (identity: string, silentSeconds: number) => ({ identity, lastPollMs: NOW - silentSeconds * 1000 });

describe('the workers that share a quota', () => {
  it.each([
    ['nobody is known yet: this one', [], false, 1],
    ['this one alone', [poller('me', 0)], false, 1],
    ['three, of which two poll twice', [poller('me', 0), poller('a', 1), poller('a', 3), poller('b', 5)], false, 3],
    ['an idle worker is silent for up to 60 s', [poller('me', 0), poller('a', 69)], false, 2],
    ['longer is none', [poller('me', 0), poller('a', 71)], false, 1],
    ['where tasks wait, a living one asks again within 10 s', [poller('me', 0), poller('a', 9)], true, 2],
    ['and a silent one is gone', [poller('me', 0), poller('a', 11)], true, 1],
    ['silence counts by the last poll of any, not by a clock of ours', [poller('me', 500), poller('a', 440)], false, 2],
  ])('%s', (_, pollers, isBusy, expected) => {
    expect(countSharers(pollers, 'me', isBusy)).toBe(expected);
  });
});
