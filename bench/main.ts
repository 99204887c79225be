import { writeFile } from 'node:fs/promises';

import { Command, CommanderError, Option } from 'commander';

import { messageOf } from '../src/sentences';

import { describeMachine } from './machine';
import { toMarkdown, toText } from './report';
import type { Suite, SuiteResult } from './suite';
import { SUITES } from './suites';

interface Options {
  suite?: string[];
  quick: boolean;
  full: boolean;
  json: boolean;
  markdown: boolean;
  output: string;
}

const BAD_INPUT = 2;
const FAILED = 1;
const INTERRUPTED = 130;

async function run(options: Options): Promise<void> {
  const chosen = choose(options.suite ?? []);
  const print = options.markdown ? toMarkdown : toText;
  const tables = options.json ? process.stderr : process.stdout;
  const found: Record<string, unknown> = {};
  const document = {
    date: new Date().toISOString(),
    machine: await describeMachine(),
    quick: options.quick,
    full: options.full,
    suites: found,
  };
  for (const suite of chosen) {
    const result = await measure(suite, options);
    if (!result) continue;
    found[suite.name] = result.data;
    for (const table of result.tables) tables.write(`${print(table)}\n`);
  }
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  await writeFile(options.output, text);
  if (options.json) process.stdout.write(text);
  else process.stderr.write(`All figures: ${options.output}\n`);
}

/** One suite that fails does not cost the figures of the others. */
async function measure(suite: Suite, { quick, full }: Options): Promise<SuiteResult | undefined> {
  const beganMs = Date.now();
  const progress = (text: string): void => {
    const seconds = Math.round((Date.now() - beganMs) / 1000);
    process.stderr.write(`${suite.name} ${String(seconds).padStart(4)} s  ${text}\n`);
  };
  try {
    progress('begins');
    const result = await suite.run({ isQuick: quick, isFull: full, progress });
    progress('has ended');
    return result;
  } catch (error) {
    progress(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = FAILED;
    return undefined;
  }
}

function choose(names: readonly string[]): readonly Suite[] {
  if (names.length === 0) return SUITES.filter(({ isOnDemand }) => !isOnDemand);
  const known = SUITES.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const message = `There is no suite "${unknown.join('", "')}": use ${known.join(', ')}`;
    throw new CommanderError(BAD_INPUT, 'bench.unknownSuite', message);
  }
  return SUITES.filter(({ name }) => names.includes(name));
}

function suiteText({ name, isOnDemand }: Suite): string {
  return isOnDemand ? `${name} (only when it is named)` : name;
}

async function main(): Promise<void> {
  // The processes of the benchmark die with this one: its handlers of `exit` see to that, one for each.
  process.setMaxListeners(100);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));
  const program = new Command('npm run bench --')
    .description('Measures the worker, and compares it with others, on this machine alone.')
    .option('--suite <name>', 'run only this suite; may be repeated', (name, all: string[] = []) => [...all, name])
    .option('--quick', 'smaller and fewer cases, for a first impression', false)
    .addOption(
      new Option(
        '--full',
        'scale with 20,000 follows, all to their ends; batches with 50,000 items: some 20 minutes more each',
      )
        .default(false)
        .conflicts('quick'),
    )
    .option('--json', 'print one JSON document on stdout, and everything else on stderr', false)
    .option('--markdown', 'print the tables in Markdown', false)
    .option('--output <file>', 'where to write the JSON document', 'bench-results.json')
    .addHelpText('after', `\nSuites: ${SUITES.map(suiteText).join(', ')}`)
    .allowExcessArguments(false)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  try {
    await program.parseAsync().then(() => run(program.opts<Options>()));
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'bench.unknownSuite') process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode === 0 ? 0 : BAD_INPUT;
      return;
    }
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = FAILED;
  }
}

if (require.main === module) void main();
