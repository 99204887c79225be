import { answerTimes } from '../../src/tencent/answer-headers';

const DATE = 'Mon, 25 Feb 2019 16:44:25 GMT';

describe('what headers tell about time', () => {
  it.each<[Record<string, string | string[]>, object]>([
    [{}, {}],
    [{ date: DATE }, { serverTimeSeconds: 1551113065 }],
    [{ 'retry-after': '1800' }, { retryAfterSeconds: 1800 }],
    [{ 'retry-after': ' 7 ' }, { retryAfterSeconds: 7 }],
    [{ 'retry-after': '9'.repeat(400) }, { retryAfterSeconds: 86_400 }],
    [
      { date: DATE, 'retry-after': 'Mon, 25 Feb 2019 16:45:25 GMT' },
      { serverTimeSeconds: 1551113065, retryAfterSeconds: 60 },
    ],
    // T39: never a wait that is none.
    [{ 'retry-after': '0' }, {}],
    [{ 'retry-after': '-5' }, {}],
    [{ 'retry-after': 'NaN' }, {}],
    [{ 'retry-after': '' }, {}],
    [{ 'retry-after': ['5', '6'] }, {}],
    [{ date: DATE, 'retry-after': 'Mon, 25 Feb 2019 16:44:00 GMT' }, { serverTimeSeconds: 1551113065 }],
    [{ 'retry-after': 'Mon, 25 Feb 2019 16:45:25 GMT' }, {}],
    [{ date: 'yesterday' }, {}],
    [{ date: '2019-02-25T16:44:25Z' }, {}],
    [{ date: 'Mon, 99 Feb 2019 16:44:25 GMT' }, {}],
  ])('%j gives %j', (headers, times) => {
    expect(answerTimes(headers)).toEqual(times);
  });
});
