import { writeFileSync } from 'node:fs';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { ApplicationFailure } from '@temporalio/common';
import { cloudError, createTimeSkippingWorld, every, IN_PROGRESS, SUCCESS } from './time-skipping';
test('probe', async () => {
  const world = await createTimeSkippingWorld();
  try {
    const a = await world.follow([IN_PROGRESS], every(60), async ({ handle, polled, sleep }) => {
      await polled(1);
      await sleep(30);
      await handle.cancel();
    });
    writeFileSync('/tmp/probe/cancel.json', historyToJSON(await a.handle.fetchHistory()));
    console.log(JSON.stringify(a.outcome), String(a.failure), a.calls);
    const b = await world.follow([cloudError('UnauthorizedOperation'), SUCCESS], every(60));
    writeFileSync('/tmp/probe/blocked.json', historyToJSON(await b.handle.fetchHistory()));
    const c = await world.follow(
      [
        new Error('plain'),
        ApplicationFailure.create({ type: 'StatusCheck.permanent', message: 'no details' }),
        ApplicationFailure.create({
          type: 'StatusCheck.bogus',
          message: 'bogus',
          details: [{ code: 'A', message: 'b' }],
        }),
        ApplicationFailure.create({ type: 'StatusCheck.transient', message: 'odd detail', details: ['x'] }),
        ApplicationFailure.create({ type: 'StatusCheck.permanent', message: 'odd detail', details: [{}] }),
        SUCCESS,
      ],
      every(60),
    );
    console.log(JSON.stringify(c.outcome, null, 1), c.failure?.message);
    console.log(new Date(Number(c.events[0]!.eventTime!.seconds) * 1000).toISOString());
  } finally {
    await world.close();
  }
});
