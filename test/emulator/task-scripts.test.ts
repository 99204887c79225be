import { chooseAnswer, parseTaskScript } from '../../emulator/task-scripts';

describe('chooseAnswer', () => {
  it('answers Success for an empty script', () => {
    expect(chooseAnswer({}, 0, 0)).toEqual({ status: 'Success' });
  });

  it('gives answers in order and repeats the last', () => {
    const script = { answers: [{}, { status: 'Failed', failureReason: 'x' }] };
    expect([0, 1, 2].map((call) => chooseAnswer(script, call, 0).status)).toEqual(['InProgress', 'Failed', 'Failed']);
  });

  it('stays InProgress until the duration has passed', () => {
    const script = { durationMs: 10, then: { status: 'Failed' } };
    expect(chooseAnswer(script, 5, 9).status).toBe('InProgress');
    expect(chooseAnswer(script, 0, 10).status).toBe('Failed');
    expect(chooseAnswer({ durationMs: 10 }, 0, 10).status).toBe('Success');
  });

  it('uses the answers only until the duration has passed', () => {
    const script = { answers: [{ drop: true }], durationMs: 10 };
    expect(chooseAnswer(script, 3, 9)).toEqual({ status: 'InProgress', drop: true });
    expect(chooseAnswer(script, 3, 10)).toEqual({ status: 'Success' });
  });
});

describe('parseTaskScript', () => {
  it('returns a valid script', () => {
    const script = { answers: [{ error: { code: 'InternalError' }, delayMs: 3 }], durationMs: 5, then: { hang: true } };
    expect(parseTaskScript(script)).toEqual(script);
  });

  it.each([
    [[], 'JSON object'],
    [{ answer: [] }, 'answer: unknown field'],
    [{ answers: {} }, 'answers must be an array'],
    [{ answers: [1] }, 'answers[0] must be an object'],
    [{ durationMs: '5' }, 'durationMs must be a number'],
    [{ then: { state: 'x' } }, 'then.state: unknown field'],
    [{ then: { toString: 'x' } }, 'then.toString: unknown field'],
    [{ then: { status: 3 } }, 'then.status must be of type string'],
    [{ then: { error: {} } }, 'then.error needs a string code'],
    [{ then: { error: { code: 'x', message: 1 } } }, 'then.error.message must be of type string'],
    [{ then: { httpStatus: 99 } }, 'then.httpStatus must be an integer'],
  ])('names the fault in %j', (value, message) => {
    expect(() => parseTaskScript(value)).toThrow(message);
  });
});
