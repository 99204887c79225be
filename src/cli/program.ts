import { Argument, Command, CommanderError } from 'commander';

import { adoptConfigFile } from '../config/config-file';
import { ConfigurationError } from '../config/configuration-error';
import { packageFolder, readVersion } from '../package-folder';

import { addBatchCommands } from './batch-commands';
import { codecServer } from './codec-server';
import { command, examples, type ExitWith } from './command';
import { completionScript, SHELLS, type Shell } from './completion';
import { config, type ConfigCommandOptions } from './config';
import { doctor, type DoctorCommandOptions } from './doctor';
import { encryptionKey, type EncryptionKeyOptions } from './encryption-key';
import { printError, reportOf } from './errors';
import { EXIT_CODES } from './exit-codes';
import { follow } from './follow';
import type { FollowOptions } from './follow-options';
import { health, type HealthCommandOptions } from './health';
import type { CommonOptions } from './output';
import { emulator, worker, type EmulatorCommandOptions } from './process-commands';
import { addSteeringCommands } from './steering-commands';
import { up, type UpOptions } from './up';
import { addViewingCommands } from './viewing-commands';

/**
 * Runs one command line and returns its exit code, see {@link EXIT_CODES}.
 *
 * @param args - what was typed after `provisioning`
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  let exitCode: number = EXIT_CODES.success;
  const program = createProgram(json, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return afterParsing(error, json);
    const report = reportOf(error);
    printError(report, json);
    return report.exitCode;
  }
}

function afterParsing(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return EXIT_CODES.success;
  const message = error.message.replace(/^error: /, '');
  if (json) printError({ exitCode: EXIT_CODES.badInput, error: { code: 'Usage', message } }, json);
  return EXIT_CODES.badInput;
}

function createProgram(json: boolean, exitWith: ExitWith): Command {
  const program = new Command('provisioning')
    .description(
      'Starts and removes Tencent Cloud Identity Center user syncs and follows their tasks to the end, durably, with Temporal.',
    )
    .version(readVersion(packageFolder()), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureOutput({ writeErr: (text) => json || process.stderr.write(text) })
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .hook('preAction', (_program, action) => {
      if (!GATHERS_FAULTS.includes(action.name())) refuseConfigFile();
    })
    .addHelpText('after', `\n${CONNECTION_HELP}\n\n${EXIT_CODE_HELP}`);

  program.commandsGroup('Run it:');
  command(program, 'up', 'Start a Temporal server, the worker and, without cloud credentials, a stand-in for the cloud')
    .option('--once', 'end by itself after the sample; exit code 0 when it ended as scripted')
    .option('--port <port>', 'wanted port of the Temporal server (default: 7233)')
    .option('--ui-port <port>', 'wanted port of the Temporal UI (default: 8233)')
    .option('--data <folder>', 'folder that keeps the server’s data', '.data')
    .addHelpText(
      'after',
      examples('provisioning up', 'provisioning up --once --json', 'provisioning up --data /var/lib/demo'),
    )
    .action(async (options: UpOptions) => exitWith(await up(options)));

  command(program, 'worker', 'Run the worker until SIGTERM or SIGINT, then drain it')
    .addHelpText(
      'after',
      `${examples('provisioning worker', 'TEMPORAL_ADDRESS=temporal:7233 provisioning worker')}\n\n${WORKER_HELP}`,
    )
    .action(async (options: CommonOptions) => exitWith(await worker(options)));

  command(program, 'codec-server', 'Show the Temporal UI and CLI what encrypted payloads hold, until SIGTERM or SIGINT')
    .addHelpText(
      'after',
      `${examples('provisioning codec-server', 'PROVISIONING_CODEC_CORS_ORIGINS=http://localhost:8233 provisioning codec-server')}\n\n${CODEC_SERVER_HELP}`,
    )
    .action(async (options: CommonOptions) => exitWith(await codecServer(options)));

  program.commandsGroup('Start and remove user syncs:');
  addBatchCommands(program, exitWith);

  program.commandsGroup('Follow tasks:');
  command(program, 'follow', 'Follow a task: start the workflow, or attach to the one that follows it already')
    .argument('<zone>', 'Identity Center space, e.g. z-djw98wnd0000')
    .argument('<task>', 'task of that space, e.g. t-d8wjd8j30000')
    .option('--wait', 'wait for the outcome; the exit code tells it')
    .option('--timeout <seconds>', 'with --wait: end the wait, not the follow, after this time')
    .option('--started-at <instant>', 'when the cloud task began, e.g. 2026-01-31T12:00:00Z (default: now)')
    .option('--deadline <seconds>', 'end the follow so long after the task began (default: 86400)')
    .option('--initial-delay <seconds>', 'wait before the first poll (default: 0)')
    .option('--min-interval <seconds>', 'shortest wait between two polls (default: 1)')
    .option('--max-interval <seconds>', 'longest wait between two polls (default: 30)')
    .option(
      '--age-fraction <fraction>',
      'wait as a fraction of the task’s age, 0 to 1; 0 polls as fast as the quota allows (default: 0.1)',
    )
    .option('--not-found-grace <seconds>', 'wait so long for a task that the cloud does not know yet (default: 60)')
    .option('--requested-by <who>', 'shown to operators')
    .option('--note <text>', 'shown to operators')
    .addHelpText(
      'after',
      examples(
        'provisioning follow z-djw98wnd0000 t-d8wjd8j30000',
        'provisioning follow z-djw98wnd0000 t-d8wjd8j30000 --wait --json',
        'provisioning follow z-djw98wnd0000 t-d8wjd8j30000 --wait --timeout 600 --deadline 7200 --max-interval 5',
      ),
    )
    .action(async (zone: string, task: string, options: FollowOptions & CommonOptions) =>
      exitWith(await follow(zone, task, options)),
    );

  addViewingCommands(program, exitWith);
  program.commandsGroup('Steer follows:');
  addSteeringCommands(program, exitWith);

  program.commandsGroup('Set up:');
  command(program, 'doctor', 'Find out what keeps a worker from its work: configuration, Temporal server, cloud, clock')
    .option('--zone <zone>', 'a zone of yours, to be asked for; else one that cannot exist')
    .addHelpText('after', examples('provisioning doctor', 'provisioning doctor --zone z-djw98wnd0000 --json'))
    .action(async (options: DoctorCommandOptions) => exitWith(await doctor(options)));

  command(program, 'config', 'Show the configuration of a worker, without secrets, and check it; asks nobody')
    .option('--check', 'only check it: every fault at once, exit code 2 when there is one')
    .option('--print', 'only show it: what holds for each variable, and where from')
    .addHelpText(
      'after',
      examples(
        'provisioning config',
        'provisioning config --check',
        'PROVISIONING_CONFIG_FILE=/etc/provisioning/worker.env provisioning config --print --json',
      ),
    )
    .action(async (options: ConfigCommandOptions) => exitWith(await config(options)));

  command(program, 'health', 'Ask a worker of this machine whether it is ready; exit code 0 when it is')
    .option('--live', 'ask whether the process lives instead: an outage of the Temporal server is no matter')
    .option('--url <url>', 'base URL of its HTTP server (default: that of PROVISIONING_HTTP_ADDRESS)')
    .addHelpText('after', examples('provisioning health', 'provisioning health --live --url http://127.0.0.1:9464'))
    .action(async (options: HealthCommandOptions) => exitWith(await health(options)));

  command(program, 'encryption-key', 'Print a new key for the encryption of payloads')
    .option('--id <id>', 'name of the key, which is not secret (default: the day, e.g. 2026-01-31)')
    .addHelpText('after', examples('provisioning encryption-key', 'provisioning encryption-key --id blue --json'))
    .action((options: EncryptionKeyOptions) => exitWith(encryptionKey(options)));

  command(program, 'emulator', 'Run a stand-in for the cloud’s API until SIGTERM or SIGINT; it is not the real service')
    .option('--port <port>', 'port to listen on (default: any free port)')
    .option(
      '--task <zone/task=seconds[:reason]>',
      'a task that succeeds, or fails with a reason, so long after the start',
      collect,
      [],
    )
    .addHelpText(
      'after',
      examples('provisioning emulator --port 8080 --task z-1/t-1=30 --task "z-1/t-2=10:the user does not exist"'),
    )
    .action(async (options: EmulatorCommandOptions) => exitWith(await emulator(options)));

  program
    .command('completion')
    .description('Print the script that completes these commands in a shell')
    .addArgument(new Argument('<shell>', 'the shell that loads it').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'source <(provisioning completion bash)',
        'source <(provisioning completion zsh)',
        'provisioning completion fish | source',
      ),
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(program, shell));
    });

  return program;
}

/** They tell the faults of the configuration file beside all others, or need no configuration. */
const GATHERS_FAULTS: readonly string[] = [
  'worker',
  'codec-server',
  'doctor',
  'config',
  'encryption-key',
  'completion',
];

function refuseConfigFile(): void {
  const faults = adoptConfigFile(process.env);
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

const CONNECTION_HELP = `Connection:
  As the Temporal CLI's: TEMPORAL_ADDRESS (default localhost:7233), TEMPORAL_NAMESPACE (default "default"),
  TEMPORAL_API_KEY, TEMPORAL_TLS_*, TEMPORAL_PROFILE, or Temporal's configuration file.`;

const WORKER_HELP = `Environment:
  TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_SESSION_TOKEN
                                        the key; each also as …_FILE, the path of a mounted secret; else the file
                                        ~/.tencentcloud/credentials, TKE_* of a pod, or the role of the machine
  TENCENTCLOUD_ROLE_ARN                 a role that this key assumes
  PROVISIONING_CREDENTIAL_SOURCE        environment, shared-file, tke-oidc or cvm-role (default: the first that is set)
  PROVISIONING_ENDPOINT                 base URL of the API (default https://organization.intl.tencentcloudapi.com)
  PROVISIONING_REGION                   sent as X-TC-Region (default: not sent)
  PROVISIONING_STATUS_CALLS_PER_SECOND  rate for all workers together (default 100)
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, …  as the Temporal CLI's
  PROVISIONING_CONFIG_FILE              a file of NAME=value lines for any of these
  docs/configuration.md lists them all; "provisioning config" shows and checks them, "provisioning doctor" tries them.`;

const CODEC_SERVER_HELP = `Environment:
  PROVISIONING_ENCRYPTION_KEYS          the keys of the worker; also as …_FILE, the path of a mounted secret
  PROVISIONING_CODEC_TOKEN              who has it may read every payload: a bearer token for the Temporal CLI, the
                                        password in a browser; also as …_FILE
  PROVISIONING_CODEC_ADDRESS            where it listens (default 127.0.0.1:8888); for TLS, a proxy stands before it
  PROVISIONING_CODEC_CORS_ORIGINS       origins of the Temporal UI, between commas (default: no page may use it)
  docs/configuration.md lists more; docs/encryption.md tells how to use it.`;

const EXIT_CODE_HELP = `Exit codes:
  0 success, also when a list filter selects nothing   1 unexpected error   2 bad input or configuration
  3 task failed, or items of a batch did not end well   4 task not found, vanished or not followed, batch not found,
  or the follow or batch has ended already   5 deadline exceeded   6 cancelled   7 rejected by the cloud
  8 cannot connect, or the Temporal server refused
  9 wait timed out or no worker answered, what was waited for goes on   10 workflow stopped from outside
  11 the doctor found something to mend, or the worker is not healthy   130 interrupted, or the question was answered with no
  141 nobody reads the output any more
  Of many follows: that of the first one that is not 0.`;
