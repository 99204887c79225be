import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printable } from './printable';
import { followCount, someNames, type TaskIds } from './tasks';

/**
 * Words what is about to be done.
 *
 * @param verb - what is done to them, e.g. `Pause`
 */
export function question(verb: string, tasks: readonly TaskIds[]): string {
  return printable(`${verb} ${followCount(tasks.length)}: ${someNames(tasks)}?`);
}

/**
 * Says what to do where nobody can be asked.
 *
 * @param look - a command that shows what it is about and changes nothing
 */
export function refusalSentence(asked: string, look: string): string {
  return `${asked} There is no terminal to ask on: add --yes, or look first with: ${look}`;
}

/** Words the command that lists what a list filter selects. */
export function listCommand(query: string): string {
  return `provisioning list --query ${shellWord(query)}`;
}

/** Words the command that shows the plan of a batch. */
export function planCommand(command: string, zoneId: string, file: string): string {
  return `provisioning ${command} --zone ${wordOf(zoneId)} --file ${wordOf(file)} --plan`;
}

/**
 * Asks on stderr whether to do something.
 *
 * @param look - a command that shows what it is about and changes nothing
 * @throws CommandError when the answer is not yes, or when stdin is no terminal
 */
export async function confirm(asked: string, look: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError(refusalSentence(asked, look), EXIT_CODES.badInput, 'NotConfirmed');
  }
  // Not as a terminal: Ctrl-C then ends the process as ever, and the line editor of the system is enough.
  const lines = createInterface({ input: process.stdin, terminal: false });
  process.stderr.write(`${asked} [y/N] `);
  try {
    const answer = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
    if (/^\s*y(es)?\s*$/i.test(String(answer[0] ?? ''))) return;
  } finally {
    lines.close();
  }
  throw new CommandError('Nothing was done', EXIT_CODES.interrupted, 'Declined');
}

/** In double quotes where that is enough, since a list filter has single ones. */
function shellWord(text: string): string {
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`;
}

function wordOf(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : shellWord(text);
}
