import { Agent } from 'node:http';

import { type Answer, type Emulator } from '../../emulator';
import { until } from '../support/until';

import { call, collect, open, send, signed } from './signed-call';
import { withEmulator } from './with-emulator';

async function withKeepAlive(run: (emulator: Emulator, agent: Agent) => Promise<void>): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  try {
    await withEmulator({}, (emulator) => run(emulator, agent));
  } finally {
    agent.destroy();
  }
}

const answerOnce = (emulator: Emulator, ...answers: Answer[]): void => {
  emulator.setTask('z-1', 't-1', { answers: [...answers, { status: 'Success' }] });
};

describe('bodies', () => {
  it.each<[string, unknown]>([
    ['{}', {}],
    ['null', null],
    ['[]', []],
    ['"x"', 'x'],
    ['0', 0],
    ['false', false],
    [
      '{"Response":{"TaskStatus":{"Status":3},"RequestId":"r"}}',
      { Response: { TaskStatus: { Status: 3 }, RequestId: 'r' } },
    ],
  ])('sends %s as the whole body', async (text, body) => {
    await withEmulator({}, async (emulator) => {
      answerOnce(emulator, { body, httpStatus: 202 });
      const result = await call(emulator);
      expect(result).toMatchObject({ text, httpStatus: 202 });
      expect(result.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': `${text.length}` });
      expect(emulator.requests()[0]).toMatchObject({ answered: 'body' });
    });
  });

  it('prefers rawBody to body, body to error, and error to status', async () => {
    await withEmulator({}, async (emulator) => {
      const error = { code: 'InternalError' };
      answerOnce(emulator, { rawBody: 'x', body: {}, error }, { body: {}, error, status: 'a' }, { error, status: 'a' });
      expect((await call(emulator)).text).toBe('x');
      expect((await call(emulator)).text).toBe('{}');
      expect(await call(emulator)).toMatchObject({ code: 'InternalError', message: 'InternalError' });
    });
  });

  it('sends headers of the script, also in place of its own', async () => {
    await withEmulator({}, async (emulator) => {
      const headers = { 'Retry-After': '7', Date: 'Mon, 13 May 2024 03:25:16 GMT', 'content-type': 'text/plain' };
      answerOnce(emulator, { headers }, { httpStatus: 307, headers: { Location: 'http://127.0.0.1:1/' } });
      expect((await call(emulator)).headers).toMatchObject({
        'retry-after': '7',
        date: 'Mon, 13 May 2024 03:25:16 GMT',
        'content-type': 'text/plain',
      });
      expect(await call(emulator)).toMatchObject({
        httpStatus: 307,
        headers: expect.objectContaining({ location: 'http://127.0.0.1:1/' }) as unknown,
      });
    });
  });
});

describe('broken answers', () => {
  const rawBody = '0123456789';

  it('stalls after the head', async () => {
    await withEmulator({}, async (emulator) => {
      answerOnce(emulator, { stall: 'headers', rawBody });
      const res = await open(emulator, signed(emulator, {}));
      expect(res.headers['content-length']).toBe('10');
      const body = collect(res);
      expect(emulator.requests()[0]).toMatchObject({ answered: 'stall' });
      expect(emulator.requests()[0]?.answeredAt).toBeUndefined();
      expect(emulator.connections()).toBe(1);
      await emulator.close();
      expect(await body).toMatchObject({ text: '', error: { code: 'ECONNRESET' } });
    });
  });

  it('stalls in the middle of the body, and counts the call as open', async () => {
    await withEmulator({}, async (emulator) => {
      answerOnce(emulator, { stall: 'body', rawBody });
      const res = await open(emulator, signed(emulator, {}));
      const half = new Promise((resolve) => res.once('data', resolve));
      const body = collect(res);
      expect(await half).toBe('01234');
      expect(emulator.connections()).toBe(1);
      expect((await call(emulator)).code).toBe('Success');
      expect(emulator.maxOutstanding('t-1')).toBe(2);
      await emulator.close();
      expect(await body).toMatchObject({ text: '01234', error: { code: 'ECONNRESET' } });
    });
  });

  it('cuts the connection in the middle of the body', async () => {
    await withEmulator({}, async (emulator) => {
      answerOnce(emulator, { cut: true, rawBody });
      const res = await open(emulator, signed(emulator, {}));
      expect(res.headers['content-length']).toBe('10');
      expect(await collect(res)).toMatchObject({ text: '01234', error: { code: 'ECONNRESET' } });
      expect(emulator.requests()[0]).toMatchObject({ answered: 'cut', answeredAt: expect.any(Number) as unknown });
      expect((await call(emulator)).code).toBe('Success');
      expect(emulator.maxOutstanding('t-1')).toBe(1);
    });
  });

  it('waits before a drop', async () => {
    await withEmulator({}, async (emulator) => {
      answerOnce(emulator, { drop: true, delayMs: 1 });
      await expect(call(emulator)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(emulator.requests()[0]).toMatchObject({ answered: 'drop' });
    });
  });
});

describe('connections', () => {
  it('numbers the sockets and shows their reuse', async () => {
    await withKeepAlive(async (emulator, agent) => {
      await call(emulator, { agent });
      await call(emulator, { agent });
      await until('a connection is open', () => emulator.connections() === 1);
      await call(emulator);
      await call(emulator, { agent });
      expect(emulator.requests().map(({ socket }) => socket)).toEqual([1, 1, 2, 1]);
      await until('a connection is open', () => emulator.connections() === 1);
      agent.destroy();
      await until('no connection is open', () => emulator.connections() === 0);
    });
  });

  it('drops a call on a reused socket only', async () => {
    await withKeepAlive(async (emulator, agent) => {
      emulator.setTask('z-1', 't-1', { answers: [{ dropReused: true, status: 'Failed' }] });
      expect((await call(emulator, { agent })).code).toBe('Failed');
      await expect(call(emulator, { agent })).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect((await call(emulator, { agent })).code).toBe('Failed');
      expect(emulator.requests().map(({ answered, socket }) => [answered, socket])).toEqual([
        ['Failed', 1],
        ['dropReused', 1],
        ['Failed', 2],
      ]);
    });
  });

  it('drops a reused socket even when it would else hang', async () => {
    await withKeepAlive(async (emulator, agent) => {
      await send(emulator, { path: '/_emulator/requests', agent });
      answerOnce(emulator, { dropReused: true, hang: true });
      await expect(call(emulator, { agent })).rejects.toMatchObject({ code: 'ECONNRESET' });
    });
  });

  it('ends the socket after an answer that promised to keep it', async () => {
    await withKeepAlive(async (emulator, agent) => {
      answerOnce(emulator, { closeAfter: true });
      const result = await call(emulator, { agent });
      expect(result).toMatchObject({ code: 'InProgress', headers: { connection: 'keep-alive' } });
      await until('no connection is open', () => emulator.connections() === 0);
      expect((await call(emulator, { agent })).code).toBe('Success');
      expect(emulator.requests().map(({ socket }) => socket)).toEqual([1, 2]);
    });
  });
});
