import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { Argument, Command, Option } from 'commander';

import { completionScript, SHELLS } from '../../src/cli/completion';

const AWKWARD = 'the server’s: it\'s "a" `touch broken` $(touch broken) $HOME [b:c] 5% \\n\\';

function demo(): Command {
  const program = new Command('demo')
    .version('1.0.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false);
  program
    .command('up')
    .description(AWKWARD)
    .option('-d, --data <folder>', 'where it lies')
    .option('--file <file>', AWKWARD)
    .option('--port <port>', 'to listen on')
    .addOption(new Option('--secret <text>').hideHelp());
  program
    .command('follow')
    .description('Follow a task,\n  to its end')
    .argument('<zone>', 'zone: the [first]')
    .argument('<task>')
    .addOption(new Option('--level <level>', 'how much').choices(['low', 'high', 'odd one', 'it’s', "it's", 'a:b']))
    .option(
      '--note <zone[:text]>',
      'may come again',
      (note: string, notes: string[]) => [...notes, note],
      [] as string[],
    );
  const zone = program.command('zone').description('Zones');
  zone.helpCommand(false).command('add').description('Add a zone').option('--fast', 'at once');
  zone.command('poll-now').description('Ask now');
  program.command('hidden', { hidden: true });
  program.command('completion').description('Print it').addArgument(new Argument('<shell>').choices(SHELLS));
  return program;
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'completion-'));
  mkdirSync(path.join(folder, 'my dir'));
  writeFileSync(path.join(folder, 'my file.txt'), '');
  for (const shell of SHELLS) writeFileSync(path.join(folder, `.demo.${shell}`), completionScript(demo(), shell));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function testWith(shell: string, condition: string): jest.It {
  if (spawnSync(shell, ['-c', condition]).status === 0) return test;
  process.stderr.write(`Skipping the completion in ${shell}: ${shell} is not installed, or is too old\n`);
  return test.skip;
}

/** Runs a shell in the folder that has the paths to be completed, and returns its stdout. */
async function run(shell: string, words: string[], input = ''): Promise<string> {
  const { stdin, stdout } = spawn(shell, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
    // An interactive shell would take the terminal away from the test runner.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 30_000,
  });
  // A shell that reads no input may have ended already.
  stdin.on('error', () => {}).end(input);
  const output = await text(stdout);
  // The commands that a description only mentions would have made it.
  expect(existsSync(path.join(folder, 'broken'))).toBe(false);
  return output;
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

function linesBetween(text: string, start: string, end: string): string[] {
  const from = text.slice(text.indexOf(start) + start.length);
  return lines(from.slice(0, from.indexOf(end)));
}

describe('the script', () => {
  test('of bash has the candidates of every place', () => {
    expect(linesBetween(completionScript(demo(), 'bash'), 'case "$command $place" in', '  esac')).toEqual([
      "    'demo 0') candidates=(up follow zone completion) ;;",
      "    'demo -') candidates=(-V --version -h --help) ;;",
      "    'demo up -d' | 'demo up --data') compopt -o dirnames 2>/dev/null ;;",
      "    'demo up --file') compopt -o default 2>/dev/null ;;",
      "    'demo up -' | 'demo up 0') candidates=(-d --data --file --port -h --help) ;;",
      "    'demo follow --level') candidates=(low high 'odd one' 'it’s' 'it'\\''s' 'a:b') ;;",
      "    'demo follow -' | 'demo follow 2') candidates=(--level --note -h --help) ;;",
      "    'demo zone 0') candidates=(add poll-now) ;;",
      "    'demo zone -') candidates=(-h --help) ;;",
      "    'demo zone add -' | 'demo zone add 0') candidates=(--fast -h --help) ;;",
      "    'demo zone poll-now -' | 'demo zone poll-now 0') candidates=(-h --help) ;;",
      "    'demo completion 0') candidates=(bash zsh fish) ;;",
      "    'demo completion -' | 'demo completion 1') candidates=(-h --help) ;;",
    ]);
  });

  test('of zsh has a specification for every option and argument', () => {
    const script = completionScript(demo(), 'zsh');
    expect(script).toMatch(/^#compdef demo\n/);
    expect(linesBetween(script, '_demo_follow() {', '\n}')).toEqual([
      '  _arguments -s -S \\',
      `    '--level=[how much]:level:(low high '\\''odd one'\\'' '\\''it’s'\\'' '\\''it'\\''\\'\\'''\\''s'\\'' '\\''a\\:b'\\'')' \\`,
      "    '*--note=[may come again]:zone[\\:text]: ' \\",
      "    '(-h --help)-h[print this help]' \\",
      "    '(-h --help)--help[print this help]' \\",
      "    ':zone\\: the [first]: ' \\",
      "    ':task: '",
    ]);
    expect(linesBetween(script, 'commands=(', '\n      )')).toEqual([
      `        'up:the server’s\\: it'\\''s "a" \`touch broken\` $(touch broken) $HOME \\[b\\:c\\] 5% \\\\n\\\\'`,
      "        'follow:Follow a task, to its end'",
      "        'zone:Zones'",
      "        'completion:Print it'",
    ]);
  });

  test('of fish has a line for every command, option and argument with candidates', () => {
    const isCompletion = (line: string): boolean => line.startsWith('complete ');
    expect(lines(completionScript(demo(), 'fish')).filter(isCompletion)).toEqual([
      'complete -c demo -e',
      'complete -c demo -f',
      `complete -c demo -n '__demo_at demo 0' -a up -d 'the server’s: it\\'s "a" \`touch broken\` $(touch broken) $HOME [b:c] 5% \\\\n\\\\'`,
      "complete -c demo -n '__demo_at demo 0' -a follow -d 'Follow a task, to its end'",
      "complete -c demo -n '__demo_at demo 0' -a zone -d Zones",
      "complete -c demo -n '__demo_at demo 0' -a completion -d 'Print it'",
      "complete -c demo -n '__demo_at demo' -s V -l version -d 'print the version'",
      "complete -c demo -n '__demo_at demo' -s h -l help -d 'print this help'",
      "complete -c demo -n '__demo_at \\'demo up\\'' -s d -l data -r -f -a '(__fish_complete_directories)' -d 'where it lies'",
      `complete -c demo -n '__demo_at \\'demo up\\'' -l file -r -F -d 'the server’s: it\\'s "a" \`touch broken\` $(touch broken) $HOME [b:c] 5% \\\\n\\\\'`,
      "complete -c demo -n '__demo_at \\'demo up\\'' -l port -r -f -d 'to listen on'",
      "complete -c demo -n '__demo_at \\'demo up\\'' -s h -l help -d 'print this help'",
      "complete -c demo -n '__demo_at \\'demo follow\\'' -l level -r -f -a 'low high \\'odd one\\' \\'it’s\\' \\'it\\\\\\'s\\' \\'a:b\\'' -d 'how much'",
      "complete -c demo -n '__demo_at \\'demo follow\\'' -l note -r -f -d 'may come again'",
      "complete -c demo -n '__demo_at \\'demo follow\\'' -s h -l help -d 'print this help'",
      "complete -c demo -n '__demo_at \\'demo zone\\' 0' -a add -d 'Add a zone'",
      "complete -c demo -n '__demo_at \\'demo zone\\' 0' -a poll-now -d 'Ask now'",
      "complete -c demo -n '__demo_at \\'demo zone\\'' -s h -l help -d 'print this help'",
      "complete -c demo -n '__demo_at \\'demo zone add\\'' -l fast -d 'at once'",
      "complete -c demo -n '__demo_at \\'demo zone add\\'' -s h -l help -d 'print this help'",
      "complete -c demo -n '__demo_at \\'demo zone poll-now\\'' -s h -l help -d 'print this help'",
      "complete -c demo -n '__demo_at \\'demo completion\\'' -s h -l help -d 'print this help'",
      "complete -c demo -n '__demo_at \\'demo completion\\' 0' -f -a 'bash zsh fish'",
    ]);
  });
});

describe('in bash', () => {
  const testWithBash = testWith('bash', '((BASH_VERSINFO[0] >= 4))');

  // What bash itself sets before it calls the function; compopt works only while a key is being completed.
  const COMPLETE = `
    source ./.demo.bash
    compopt() { echo "compopt $*"; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$0 COMP_POINT=\${#0}
    current=\${!#}
    [[ $current == [=:] ]] && current=''
    _demo demo "$current" "\${COMP_WORDS[COMP_CWORD-1]}"
    ((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"
  `;

  /** A line as bash splits it: at spaces, and before and after '=' and ':'. */
  const complete = async (line: string): Promise<string[]> => {
    const words = line.split(' ').flatMap((word) => word.match(/[=:]|[^=:]+/g) ?? ['']);
    return lines(await run('bash', ['--noprofile', '--norc', '-c', COMPLETE, line, ...words]));
  };

  testWithBash.each([
    ['demo ', ['up', 'follow', 'zone', 'completion']],
    ['demo fo', ['follow']],
    ['demo -', ['-V', '--version', '-h', '--help']],
    ['demo up ', ['-d', '--data', '--file', '--port', '-h', '--help']],
    ['demo up --f', ['--file']],
    ['demo up --data ', ['compopt -o dirnames']],
    ['demo up -d m', ['compopt -o dirnames']],
    ['demo up --data=m', ['compopt -o dirnames']],
    ['demo up --file ', ['compopt -o default']],
    ['demo up --port ', []],
    ['demo up --port 80 --d', ['--data']],
    ['demo up --port=80 --d', ['--data']],
    ['demo follow ', []],
    ['demo follow z-1 ', []],
    ['demo follow z-1 t-1 ', ['--level', '--note', '-h', '--help']],
    ['demo follow up zone --l', ['--level']],
    ['demo follow --note a:b=c --l', ['--level']],
    ['demo follow --level ', ['low', 'high', 'odd\\ one', 'it’s', "it\\'s", 'a:b']],
    ['demo follow --level=', ['low', 'high', 'odd\\ one', 'it’s', "it\\'s", 'a:b']],
    ['demo follow --level=hi', ['high']],
    ['demo follow --level a:', ['b']],
    ['demo zone ', ['add', 'poll-now']],
    ['demo zone add --', ['--fast', '--help']],
    ['demo completion ', ['bash', 'zsh', 'fish']],
    ['demo completion bash ', ['-h', '--help']],
    ['demo nothing ', []],
  ])('%p', async (line, candidates) => {
    expect(await complete(line)).toEqual(candidates);
  });

  testWithBash('the TAB of an interactive bash completes commands, choices and paths', async () => {
    const typed = ['demo fo', 'demo up --data m', 'demo up --data=m', 'demo up --file my\\ f', 'demo follow --level=o'];
    const setUp = ['source .demo.bash', `demo() { printf '<%s>' "$@"; echo; }`];
    const input = [...setUp, ...typed.map((line) => `${line}\t`), ''].join('\n');
    const stdout = await run('bash', ['--noprofile', '--norc', '-i'], input);
    expect(lines(stdout).filter((line) => line.startsWith('<'))).toEqual([
      '<follow>',
      '<up><--data><my dir/>',
      '<up><--data=my dir/>',
      '<up><--file><my file.txt>',
      '<follow><--level=odd one>',
    ]);
  });
});

describe('in zsh', () => {
  const testWithZsh = testWith('zsh', 'zmodload zsh/zpty && autoload +X compinit');

  // Completion works only in a terminal, so a zsh runs in a pseudo terminal of a zsh. Its compadd, which every
  // candidate goes through, writes down what it is given.
  const INNER = `
    zstyle ':completion:*' list-grouped no
    stty columns 300
    autoload -Uz compinit && compinit -u -D
    source ./.demo.zsh
    compadd() {
      [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]] && { builtin compadd "$@"; return }
      local -a hits shown
      (( $@[(I)-d] )) && shown=("\${(@P)\${@[$(( \${@[(i)-d]} + 1 ))]}}")
      builtin compadd -A hits -D shown "$@"
      local i
      for ((i = 1; i <= $#hits; i++)); do print -r -- "$hits[i]\${shown[i]:+ # \${shown[i]#*-- }}"; done >>.zsh-candidates
      builtin compadd "$@"
    }
    list() { zle list-choices; print -r -- ---- >>.zsh-candidates; zle .kill-whole-line; print -n LISTED }
    zle -N list && bindkey '^T' list
    zle-line-init() { print -n READY }
    zle -N zle-line-init
  `;
  const OUTER = `
    zmodload zsh/zpty
    zpty inner zsh -f -i
    zpty -w inner 'source ./.inner.zsh'
    zpty -r inner output '*READY*'
    for line; do
      zpty -w -n inner "$line"$'\\C-t'
      zpty -r inner output '*LISTED*'
    done
    zpty -d inner
    print -r -- "$(<.zsh-candidates)"
  `;

  const completeAll = async (typed: string[]): Promise<Record<string, string[]>> => {
    writeFileSync(path.join(folder, '.inner.zsh'), INNER);
    const blocks = (await run('zsh', ['-f', '-c', OUTER, 'zsh', ...typed])).split('----\n');
    // A list of paths is added twice.
    return Object.fromEntries(typed.map((line, index) => [line, [...new Set(lines(blocks[index] ?? ''))]]));
  };

  testWithZsh('the list of candidates and their descriptions', async () => {
    const help = ['-h # print this help', '--help # print this help'];
    const expected = {
      'demo ': [`up # ${AWKWARD}`, 'follow # Follow a task, to its end', 'zone # Zones', 'completion # Print it'],
      'demo fo': ['follow # Follow a task, to its end'],
      'demo -': ['-V # print the version', '--version # print the version', ...help],
      'demo up --f': [`--file # ${AWKWARD}`],
      'demo up --data ': ['my\\ dir'],
      'demo up -d m': ['my\\ dir'],
      'demo up --data=m': ['my\\ dir'],
      'demo up --file ': ['my\\ dir', 'my\\ file.txt'],
      'demo up --port ': [],
      'demo up --port 80 --d': ['--data # where it lies'],
      'demo follow ': [],
      'demo follow up zone --l': ['--level # how much'],
      'demo follow --note a --n': ['--note # may come again'],
      'demo follow --level low --l': [],
      'demo follow --level ': ['low', 'high', 'odd\\ one', 'it’s', "it\\'s", 'a:b'],
      'demo follow --level=hi': ['high'],
      'demo zone ': ['add # Add a zone', 'poll-now # Ask now'],
      'demo zone add --': ['--fast # at once', '--help # print this help'],
      'demo completion ': ['bash', 'zsh', 'fish'],
      'demo completion bash ': help,
    };
    expect(await completeAll(Object.keys(expected))).toEqual(expected);
  });
});

describe('in fish', () => {
  const testWithFish = testWith('fish', 'complete -C "cat "');

  const complete = async (line: string): Promise<string[]> =>
    lines(await run('fish', ['--no-config', '-c', 'source ./.demo.fish; complete -C $argv[1]', line]));

  testWithFish.each([
    ['demo ', ['completion\tPrint it', 'follow\tFollow a task, to its end', `up\t${AWKWARD}`, 'zone\tZones']],
    ['demo fo', ['follow\tFollow a task, to its end']],
    [
      'demo -',
      ['-h\tprint this help', '-V\tprint the version', '--help\tprint this help', '--version\tprint the version'],
    ],
    ['demo up --f', [`--file\t${AWKWARD}`]],
    ['demo up --data ', ['my dir/\tDirectory']],
    ['demo up -d m', ['my dir/\tDirectory']],
    ['demo up --data=m', ['--data=my dir/\tDirectory']],
    ['demo up --file ', ['my dir/', 'my file.txt']],
    ['demo up --port ', []],
    ['demo up --port 80 --d', ['--data\twhere it lies']],
    ['demo follow ', []],
    ['demo follow up zone --l', ['--level\thow much']],
    ['demo follow --level l', ['low\thow much']],
    ['demo follow --level=hi', ['--level=high\thow much']],
    ['demo follow --level i', ["it's\thow much", 'it’s\thow much']],
    ['demo zone ', ['add\tAdd a zone', 'poll-now\tAsk now']],
    ['demo zone add --', ['--fast\tat once', '--help\tprint this help']],
    ['demo completion ', ['bash', 'fish', 'zsh']],
    ['demo completion bash ', []],
  ])('%p', async (line, candidates) => {
    expect(await complete(line)).toEqual(candidates);
  });
});
