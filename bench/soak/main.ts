import { setTimeout as delay } from 'node:timers/promises';

import { Command, InvalidArgumentError } from 'commander';

import { messageOf } from '../../src/sentences';
import { createRandom } from '../random';
import { lastRelease } from '../released-worker';
import { toText } from '../report';

import { auditFollows } from './audit';
import { startFleet } from './fleet';
import { startFlow } from './flow';
import { judgeSoak, tablesOf, type Soak } from './verdict';
import { createSoakWorld } from './world';

interface Options {
  minutes: number;
  rate: number;
  seed: number;
}

const FAILED = 1;
const INTERRUPTED = 130;

async function soak({ minutes, rate, seed }: Options): Promise<Soak> {
  const beganMs = Date.now();
  const progress = (text: string): void => {
    process.stderr.write(`${String(Math.round((Date.now() - beganMs) / 1000)).padStart(5)} s  ${text}\n`);
  };
  const world = await createSoakWorld();
  try {
    // Two, so that what one draws does not depend on how fast the other is.
    const fleet = await startFleet(world, createRandom(seed), progress);
    const flow = startFlow(world, createRandom(seed + 1), rate);
    progress(`begins, with seed ${seed}`);
    await delay(minutes * 60_000);
    await fleet.stop();
    await flow.stop();
    progress(`no more follows: ${flow.follows.length} are to end`);
    const audit = await auditFollows(world, flow.follows, fleet.record.workers);
    progress('has ended');
    return { audit, fleet: fleet.record, unanswered: flow.unanswered() };
  } finally {
    await world.close();
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

async function main(): Promise<void> {
  // Its processes die with this one: its handlers of `exit` see to that, one for each.
  process.setMaxListeners(1_000);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));
  const program = new Command('npm run soak --')
    .description(
      'Lets workers of the last release and of the present version carry on each other’s follows, while they are killed, drained and replaced.',
    )
    .option('--minutes <n>', 'how long follows are started', positive, 6)
    .option('--rate <n>', 'follows a second', positive, 3)
    .option('--seed <n>', 'of what is drawn', Number, 1)
    .allowExcessArguments(false);
  await program.parseAsync();
  const options = program.opts<Options>();
  const found = await soak(options);
  const title = `${options.minutes} minutes of ${lastRelease()} and the present version, seed ${options.seed}`;
  for (const table of tablesOf(found, title)) process.stdout.write(`${toText(table)}\n`);
  if (judgeSoak(found).some(({ isMet }) => !isMet)) process.exitCode = FAILED;
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = FAILED;
});
