import type { Command } from 'commander';

/** Takes the exit code of the command that ran. */
export type ExitWith = (code: number) => void;

/** Adds a command with what all have in common. */
export function command(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).option('--json', 'print one JSON object on stdout');
}

/** Adds a command on follows: on typed ones of one zone, or on all that a list filter selects. */
export function followsCommand(program: Command, name: string, description: string): Command {
  return command(program, name, description)
    .argument('[zone]', 'Identity Center space, e.g. z-djw98wnd0000')
    .argument('[tasks...]', 'tasks of that space, e.g. t-d8wjd8j30000')
    .option('--query <filter>', `instead: every follow that this list filter of Temporal selects, e.g. "${BLOCKED}"`);
}

/** Words the examples at the end of a help. */
export function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n');
}

/** A list filter for examples. */
export const BLOCKED = "ProvisioningPhase = 'Blocked'";
