import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As Compose: before the first restart, doubled before each other. */
const FIRST_PAUSE_MS = 100;
const TIMEOUT_MS = 120_000;

/** A step that ends: its command, and how often it is begun again when it fails. */
export interface Job {
  name: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  retries: number;
}

/**
 * Runs a job to its success.
 *
 * @returns how often it failed before
 * @throws Error with what it wrote last when it fails once too often
 */
export async function runJob({ name, command, env, retries }: Job): Promise<number> {
  const [program = '', ...args] = command;
  for (let failures = 0; ; failures += 1) {
    try {
      await run(program, args, { env, timeout: TIMEOUT_MS });
      return failures;
    } catch (error) {
      if (failures === retries) throw new Error(`${name} failed ${failures + 1} times`, { cause: error });
    }
    await sleep(FIRST_PAUSE_MS * 2 ** failures);
  }
}
