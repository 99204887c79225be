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
    const everyField = {
      ...{ status: 'Failed', failureReason: 'x', taskType: 'DeleteProvisioning', taskId: 'z-9', httpStatus: 307 },
      ...{ headers: { Location: 'http://other/', 'Retry-After': '5' }, rawBody: '', delayMs: 3, drop: false },
      ...{ hang: false, stall: 'body', cut: true, dropReused: true, closeAfter: true },
    };
    const error = { code: 'InternalError', message: 'm' };
    const answers = [everyField, { error }, ...[null, {}, [1], 'x', 0].map((body) => ({ body }))];
    const script = { answers, durationMs: 5, then: { stall: 'headers' } };
    expect(parseTaskScript(script)).toEqual(script);
  });

  it.each([
    [[], 'script must be an object'],
    [null, 'script must be an object'],
    [{ answer: [] }, 'script.answer is unknown; use answers, durationMs, then'],
    [{ answers: {} }, 'script.answers must be an array'],
    [{ answers: [{}, 1] }, 'script.answers[1] must be an object'],
    [{ durationMs: '5' }, 'script.durationMs must be a number'],
    [{ then: { state: 'x' } }, 'script.then.state is unknown'],
    [{ then: { toString: 'x' } }, 'script.then.toString is unknown'],
    [{ then: { status: 3 } }, 'script.then.status must be a string'],
    [{ then: { error: null } }, 'script.then.error must be an object'],
    [{ then: { error: {} } }, 'script.then.error.code is missing'],
    [{ then: { error: { code: 'x', message: 1 } } }, 'script.then.error.message must be a string'],
    [{ then: { httpStatus: 99 } }, 'script.then.httpStatus must be an integer from 200 to 599'],
    [{ then: { httpStatus: 200.5 } }, 'script.then.httpStatus must be an integer from 200 to 599'],
    [{ then: { headers: [] } }, 'script.then.headers must be an object'],
    [{ then: { headers: { 'Retry-After': 5 } } }, 'script.then.headers.Retry-After must be a string'],
    [{ then: { headers: { 'a b': 'x' } } }, 'script.then.headers.a b is no valid HTTP header'],
    [{ then: { headers: { a: 'x\ny' } } }, 'script.then.headers.a is no valid HTTP header'],
    [{ then: { rawBody: {} } }, 'script.then.rawBody must be a string'],
    [{ then: { delayMs: true } }, 'script.then.delayMs must be a number'],
    [{ then: { drop: 1 } }, 'script.then.drop must be a boolean'],
    [{ then: { hang: 'x' } }, 'script.then.hang must be a boolean'],
    [{ then: { stall: true } }, 'script.then.stall must be one of headers, body'],
    [{ then: { cut: 'body' } }, 'script.then.cut must be a boolean'],
    [{ then: { dropReused: 'x' } }, 'script.then.dropReused must be a boolean'],
    [{ then: { closeAfter: 0 } }, 'script.then.closeAfter must be a boolean'],
  ])('names the fault in %j', (value, message) => {
    expect(() => parseTaskScript(value)).toThrow(message);
  });
});
