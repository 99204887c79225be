import type { Command } from 'commander';

import { attach, cancel, pause, progress, report, resume, retryFailed, type ReportOptions } from './batch';
import type { DeprovisionCommandOptions, ProvisionCommandOptions } from './batch-options';
import { command, examples, type ExitWith } from './command';
import { deprovision } from './deprovision';
import type { CommonOptions } from './output';
import { provision } from './provision';
import type { PauseOptions } from './steering-requests';

const BATCH = 'provision-users/z-djw98wnd0000/4f2a9c01b7de';
const FILE = '--zone z-djw98wnd0000 --file users.csv';

/** Adds the commands that start batches of user syncs. */
export function addBatchCommands(program: Command, exitWith: ExitWith): void {
  fileCommand(program, 'provision', 'Create the user syncs of a file, and follow the task of each')
    .option('--update', 'change strategies and description of syncs that exist already')
    .option('--allow-take-over', 'take items that say TakeOver, which replaces existing users of the sub-account')
    .option('--chunk-size <n>', 'items of one call, 1 to 100 (default: 20)')
    .addHelpText(
      'after',
      `${examples(
        `provisioning provision ${FILE} --plan`,
        `provisioning provision ${FILE}`,
        `provisioning provision ${FILE} --yes --json --report out/users`,
        `provisioning provision ${FILE} --yes --detach`,
      )}\n\n${PROVISION_FILE_HELP}`,
    )
    .action(async (options: ProvisionCommandOptions) => exitWith(await provision(options)));

  fileCommand(program, 'deprovision', 'Remove the user syncs of a file, and follow the task of each')
    .option('--dry-run', 'let the workers look up what would be removed, and remove nothing')
    .addHelpText(
      'after',
      `${examples(
        `provisioning deprovision ${FILE} --plan`,
        `provisioning deprovision ${FILE}`,
        `provisioning deprovision ${FILE} --dry-run --json`,
      )}\n\n${DEPROVISION_FILE_HELP}`,
    )
    .action(async (options: DeprovisionCommandOptions) => exitWith(await deprovision(options)));

  const batch = program
    .command('batch')
    .description('Watch and steer a batch that provision or deprovision has started');
  batch.helpCommand(false).addHelpText('after', examples(`provisioning batch attach ${BATCH}`));
  addOneBatchCommands(batch, exitWith);
}

function addOneBatchCommands(batch: Command, exitWith: ExitWith): void {
  const add = <Options>(
    name: string,
    description: string,
    run: (workflowId: string, options: Options & CommonOptions) => Promise<number>,
    example = '',
  ): Command =>
    command(batch, name, description)
      .argument('<workflow-id>', `e.g. ${BATCH}`)
      .addHelpText('after', examples(`provisioning batch ${name} ${BATCH}${example}`))
      .action(async (workflowId: string, options: Options & CommonOptions) => exitWith(await run(workflowId, options)));

  add<ReportOptions>('attach', 'Show its progress until it ends, then its report; the exit code tells it', attach)
    .option('--timeout <seconds>', 'end the wait, not the batch, after this time')
    .option('--report <basename>', REPORT);
  add('progress', 'Show how it stands', progress);
  add<ReportOptions>('report', 'Write what became of each item so far', report).option('--report <basename>', REPORT);
  add<PauseOptions>(
    'pause',
    'Begin nothing new until resume; follows go on',
    pause,
    ' --reason "maintenance"',
  ).requiredOption('--reason <text>', 'why, shown to operators (required)');
  add('resume', 'Let it go on when it is paused, or blocked and mended', resume);
  add('retry-failed', 'Try the items again that have ended badly so far', retryFailed);
  add('cancel', 'End it; tasks that have begun go on in the cloud', cancel);
}

function fileCommand(program: Command, name: string, description: string): Command {
  return command(program, name, description)
    .requiredOption('--zone <zone>', 'Identity Center space, e.g. z-djw98wnd0000 (required)')
    .requiredOption('--file <file>', 'the items, as .csv or .json (required)')
    .option('--plan', 'show what would be done, and do nothing')
    .option('-y, --yes', 'do not ask before the start')
    .option('--detach', 'do not wait for the end')
    .option('--timeout <seconds>', 'end the wait, not the batch, after this time')
    .option('--report <basename>', REPORT)
    .option('--id <name>', 'name of the batch; one that runs is attached to (default: derived from the items)')
    .option('--max-in-flight <n>', 'most tasks that are followed at a time (default: 2000)')
    .option('--deadline <seconds>', 'end the follow of a task so long after that began (default: 86400)')
    .option('--cancel-follows', 'when the batch is cancelled, cancel its follows too')
    .option('--requested-by <who>', 'shown to operators')
    .option('--note <text>', 'shown to operators');
}

const REPORT = 'path of the report files, without .json and .csv (default: in this folder)';

const PROVISION_FILE_HELP = `The file:
  CSV whose first row names its columns, or a JSON array of objects with these fields:
  principalType (User, Group), principalId, targetType (ManagerUin, MemberUin), targetUin, and if wanted
  duplicationStrategy (KeepBoth, TakeOver), deletionStrategy (Keep, Delete), description`;

const DEPROVISION_FILE_HELP = `The file:
  CSV whose first row names its columns, or a JSON array of objects. Each item has userProvisioningId, or
  principalType (User, Group), principalId, targetType (ManagerUin, MemberUin) and targetUin`;
