import { NativeConnection, Worker } from '@temporalio/worker';

import { WORKER_IS_POLLING } from '../../src/sentences';

import { openStatusCall } from './status-call';
import { SAMPLE_QUEUE } from './temporal-sample';
import { createSampleActivities } from './temporal-sample-activities';

async function run(): Promise<void> {
  const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '' });
  const worker = await Worker.create({
    connection,
    taskQueue: SAMPLE_QUEUE,
    workflowsPath: require.resolve('./temporal-sample-workflow'),
    activities: createSampleActivities(openStatusCall(process.env)),
  });
  process.stderr.write(`${WORKER_IS_POLLING}\n`);
  await worker.run();
}

if (require.main === module) {
  run().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
