import { Option, type Command } from 'commander';

import { DECLARED_OUTCOMES } from '../client';

import { BLOCKED, examples, followsCommand, type ExitWith } from './command';
import {
  cancel,
  checkNow,
  extend,
  pause,
  pollNow,
  resolve,
  resume,
  setPolling,
  taskChanged,
  type SteeringCommand,
  type SteeringOptions,
} from './steering';

const TASK = 'z-djw98wnd0000 t-d8wjd8j30000';

/** Adds the commands that steer follows. */
export function addSteeringCommands(program: Command, exitWith: ExitWith): void {
  const add = <Options>(name: string, description: string, run: SteeringCommand<Options>): Command =>
    followsCommand(program, name, description)
      .option('-y, --yes', 'with --query: do not ask before more than one follow is steered')
      .action(async (zone: string | undefined, tasks: string[], options: Options & SteeringOptions) =>
        exitWith(await run(zone, tasks, options)),
      );

  add('poll-now', 'Ask the cloud now instead of at the next scheduled poll', pollNow).addHelpText(
    'after',
    examples(`provisioning poll-now ${TASK}`, `provisioning poll-now --query "ProvisioningZoneId = 'z-1'" --yes`),
  );

  add('check-now', 'Ask the cloud now and show what it said', checkNow)
    .option('--timeout <seconds>', 'wait so long for the answer (default: 60)')
    .addHelpText('after', examples(`provisioning check-now ${TASK}`, `provisioning check-now ${TASK} --json`));

  add(
    'task-changed',
    'Say that a task has ended: unless paused, its follow asks the cloud now',
    taskChanged,
  ).addHelpText('after', examples(`provisioning task-changed ${TASK}`));

  add('pause', 'Stop polling until resume; the deadline stands', pause)
    .requiredOption('--reason <text>', 'why, shown to operators (required)')
    .addHelpText(
      'after',
      examples(
        `provisioning pause ${TASK} --reason "key is being changed"`,
        `provisioning pause --query "ProvisioningZoneId = 'z-1'" --yes --reason "maintenance of the cloud"`,
      ),
    );

  add('resume', 'Let a follow go on that is paused, or blocked and mended: it asks the cloud now', resume).addHelpText(
    'after',
    examples(`provisioning resume ${TASK}`, `provisioning resume --query "${BLOCKED}" --yes`),
  );

  add('extend', 'Move the deadline to a later instant', extend)
    .option('--by <seconds>', 'so much later than the present deadline')
    .option('--to <instant>', 'to this instant, e.g. 2026-01-31T12:00:00Z')
    .addHelpText(
      'after',
      examples(`provisioning extend ${TASK} --by 3600`, `provisioning extend ${TASK} --to 2026-01-31T12:00:00Z`),
    );

  add('set-polling', 'Change how often the cloud is asked, also for the wait that a follow is in', setPolling)
    .option('--min-interval <seconds>', 'shortest wait between two polls')
    .option('--max-interval <seconds>', 'longest wait between two polls')
    .option(
      '--age-fraction <fraction>',
      'wait as a fraction of the task’s age, 0 to 1; 0 polls as fast as the quota allows',
    )
    .addHelpText('after', examples(`provisioning set-polling ${TASK} --min-interval 5 --max-interval 300`));

  add('resolve', 'Declare the result when the cloud has forgotten the task, which ends its follow', resolve)
    .addOption(
      new Option('--outcome <outcome>', 'the result (required)').choices(DECLARED_OUTCOMES).makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why the cloud’s word is not waited for (required)')
    .option('--by <who>', 'who declares it (default: the user of the operating system)')
    .addHelpText(
      'after',
      examples(`provisioning resolve ${TASK} --outcome Succeeded --reason "seen in the console" --by ops`),
    );

  add('cancel', 'End a follow; the cloud task itself goes on, since its API cannot stop it', cancel).addHelpText(
    'after',
    examples(`provisioning cancel ${TASK}`),
  );
}
