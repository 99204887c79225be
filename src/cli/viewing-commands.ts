import { Option, type Command } from 'commander';

import { ENDINGS, LIVE_PHASES } from '../client';

import { BLOCKED, command, examples, followsCommand, type ExitWith } from './command';
import { history } from './history';
import { list, type ListOptions } from './list';
import { open, type OpenOptions } from './open';
import type { CommonOptions } from './output';
import type { SelectionOptions } from './selection';
import { status } from './status';
import { watch, type WatchOptions } from './watch-follows';

const TASK = 'z-djw98wnd0000 t-d8wjd8j30000';

/** Adds the commands that show follows and change nothing. */
export function addViewingCommands(program: Command, exitWith: ExitWith): void {
  command(program, 'list', 'List follows; without options those that go on, the latest first')
    .addOption(
      new Option('--phase <phase...>', 'only those in any of these phases').choices([...LIVE_PHASES, ...ENDINGS]),
    )
    .option('--zone <zone>', 'only those of this zone')
    .option('--error <code>', 'only those whose last error has this code')
    .option('--older-than <seconds>', 'only those whose task began so long ago')
    .option('--all', 'also those that have ended')
    .option('--query <filter>', `only those that this list filter of Temporal selects, e.g. "${BLOCKED}"`)
    .option('--limit <n>', 'at most so many (default: 100)')
    .addHelpText(
      'after',
      examples(
        'provisioning list',
        'provisioning list --phase Blocked Paused --zone z-djw98wnd0000',
        'provisioning list --phase Failed --limit 500 --json',
        'provisioning list --older-than 7200',
        `provisioning list --query "CloseTime > '2026-01-31T12:00:00Z'"`,
      ),
    )
    .action(async (options: ListOptions) => exitWith(await list(options)));

  followsCommand(program, 'status', 'Show follows as they stand, also after their end')
    .addHelpText(
      'after',
      examples(
        `provisioning status ${TASK} --json`,
        'provisioning status z-1 t-1 t-2',
        `provisioning status --query "${BLOCKED}"`,
      ),
    )
    .action(async (zone: string | undefined, tasks: string[], options: CommonOptions & SelectionOptions) =>
      exitWith(await status(zone, tasks, options)),
    );

  followsCommand(program, 'watch', 'Show follows live until all have ended; the exit code tells the outcome')
    .option('--timeout <seconds>', 'end the watch, not the follows, after this time')
    .addHelpText(
      'after',
      `${examples(
        `provisioning watch ${TASK}`,
        `provisioning watch --query "ProvisioningZoneId = 'z-1'" --timeout 600`,
      )}\n\nThe exit code of many is that of the first one that is not 0. At most 200 are watched with --query.`,
    )
    .action(async (zone: string | undefined, tasks: string[], options: WatchOptions) =>
      exitWith(await watch(zone, tasks, options)),
    );

  followsCommand(program, 'history', 'Show what a follow saw: each change of status and of error')
    .addHelpText('after', examples(`provisioning history ${TASK}`, `provisioning history ${TASK} --json`))
    .action(async (zone: string | undefined, tasks: string[], options: CommonOptions & SelectionOptions) =>
      exitWith(await history(zone, tasks, options)),
    );

  followsCommand(program, 'open', 'Print the link of a follow in the Temporal UI')
    .option('--ui <url>', 'base URL of the UI (default: PROVISIONING_UI_URL, else derived from the server’s address)')
    .addHelpText(
      'after',
      examples(`provisioning open ${TASK}`, `provisioning open ${TASK} --ui https://temporal.example.com`),
    )
    .action(async (zone: string | undefined, tasks: string[], options: OpenOptions) =>
      exitWith(await open(zone, tasks, options)),
    );
}
