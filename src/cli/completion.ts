import type { Command, Option } from 'commander';

/** The shells that {@link completionScript} writes for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/**
 * Writes the script that completes a program's command lines when a shell has loaded it. The script is complete in
 * itself: TAB asks neither the program nor a server. It offers commands, options, the choices of options and arguments,
 * and paths for values named `<folder>` or `<file>`; zsh and fish show the descriptions.
 *
 * @param program - with all its commands; what its help hides is not offered
 * @param shell - that loads the script: `source <(… completion bash)`, the same in zsh after `compinit`, and
 *   `… completion fish | source`
 * @returns the text of the script, with a newline at its end
 */
export function completionScript(program: Command, shell: Shell): string {
  const commands = describe(program, program.name());
  switch (shell) {
    case 'bash':
      return bashScript(program.name(), commands);
    case 'zsh':
      return zshScript(program.name(), commands);
    case 'fish':
      return fishScript(program.name(), commands);
  }
}

interface DescribedCommand {
  /** Names from the program's down to its own, separated by spaces. */
  path: string;
  options: DescribedOption[];
  arguments: Value[];
  commands: { name: string; description: string }[];
}

interface DescribedOption {
  /** With their dashes. */
  names: string[];
  description: string;
  /** Missing for an option that takes no value. */
  value?: Value;
  repeatable: boolean;
}

interface Value {
  description: string;
  /** The values themselves where only some are possible. */
  accepts: 'folder' | 'file' | 'text' | readonly string[];
}

function describe(command: Command, path: string): DescribedCommand[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  return [
    {
      path,
      options: help.visibleOptions(command).map(describeOption),
      arguments: command.registeredArguments.map((argument) => ({
        description: oneLine(argument.description || argument.name()),
        accepts: accepts(argument.name(), argument.argChoices),
      })),
      commands: commands.map((child) => ({ name: child.name(), description: oneLine(child.description()) })),
    },
    ...commands.flatMap((child) => describe(child, `${path} ${child.name()}`)),
  ];
}

function describeOption(option: Option): DescribedOption {
  const valueName = /[<[](.+?)(\.\.\.)?[\]>]$/.exec(option.flags)?.[1];
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: oneLine(option.description),
    ...(valueName && { value: { description: oneLine(valueName), accepts: accepts(valueName, option.argChoices) } }),
    repeatable: option.variadic || Array.isArray(option.defaultValue),
  };
}

function accepts(name: string, choices: readonly string[] | undefined): Value['accepts'] {
  return choices ?? (name === 'folder' || name === 'file' ? name : 'text');
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

/** The words after which the next word is the value of an option, each as `<path of the command> <option>`. */
function waitingForValue(commands: readonly DescribedCommand[]): string[] {
  return commands.flatMap(({ path, options }) =>
    options.filter((option) => option.value).flatMap((option) => option.names.map((name) => `${path} ${name}`)),
  );
}

function commandPaths(commands: readonly DescribedCommand[]): string[] {
  return commands.slice(1).map(({ path }) => path);
}

function functionName(path: string): string {
  return `_${path.replaceAll(/[^\w-]/g, '_')}`;
}

function bashScript(name: string, commands: readonly DescribedCommand[]): string {
  return `# Completion of ${name} in bash.
${functionName(name)}() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() index gap word
  # Bash splits at '=' and ':' too, yet what no space separates is one word.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    gap=\${rest%%[![:space:]]*}
    rest=\${rest:\${#gap}}
    word=\${COMP_WORDS[index]}
    ((index < COMP_CWORD)) || word=$rest
    rest=\${rest#"$word"}
    if [[ $index == 0 || -n $gap ]]; then words+=("$word"); else words[\${#words[@]}-1]+=$word; fi
  done

  local command=${posixQuote(name)} option='' position=0 count=\${#words[@]}
  for word in "\${words[@]:1:count-2}"; do
    if [[ -n $option ]]; then
      option=''
      continue
    fi
    case "$command $word" in
${indented(6, bashCase(waitingForValue(commands), 'option=$word'), bashCase(commandPaths(commands), 'command+=" $word"'))}
      *) [[ $word == -* ]] || position=$((position + 1)) ;;
    esac
  done

  local whole=\${words[count-1]}
  local current=$whole candidates=() candidate
  if [[ -z $option && $whole == --*=* ]]; then
    option=\${whole%%=*}
    current=\${whole#*=}
  fi
  local place=\${option:-$position}
  [[ -z $option && $current == -* ]] && place=-
  case "$command $place" in
${indented(4, ...commands.flatMap(bashPlaces))}
  esac

  # Bash replaces only $2, the part of the word after the last '=' or ':'.
  local kept=\${whole%"$2"}
  COMPREPLY=()
  for candidate in "\${candidates[@]}"; do
    printf -v candidate %q "$candidate"
    [[ $candidate == "$current"* ]] || continue
    candidate=\${whole%"$current"}$candidate
    COMPREPLY+=("\${candidate#"$kept"}")
  done
}
complete -F ${functionName(name)} ${posixQuote(name)}
`;
}

function bashPlaces(command: DescribedCommand): string[] {
  const at = (place: string | number): string => `${command.path} ${place}`;
  const optionNames = command.options.flatMap(({ names }) => names);
  const group = command.commands.length > 0;
  return [
    ...(group ? [bashCase([at(0)], bashCandidates(command.commands.map(({ name }) => name)))] : []),
    ...command.options.map(({ names, value }) => bashCase(names.map(at), bashValue(value))),
    ...command.arguments.map((argument, position) => bashCase([at(position)], bashValue(argument))),
    bashCase(group ? [at('-')] : [at('-'), at(command.arguments.length)], bashCandidates(optionNames)),
  ];
}

function bashValue(value: Value | undefined): string {
  if (value === undefined || value.accepts === 'text') return '';
  if (value.accepts === 'folder') return 'compopt -o dirnames 2>/dev/null';
  if (value.accepts === 'file') return 'compopt -o default 2>/dev/null';
  return bashCandidates(value.accepts);
}

function bashCandidates(words: readonly string[]): string {
  return words.length > 0 ? `candidates=(${words.map(posixQuote).join(' ')})` : '';
}

function bashCase(words: readonly string[], action: string): string {
  return words.length > 0 && action ? `${words.map(posixQuote).join(' | ')}) ${action} ;;` : '';
}

function indented(spaces: number, ...lines: string[]): string {
  return lines
    .filter((line) => line !== '')
    .map((line) => ' '.repeat(spaces) + line)
    .join('\n');
}

/** A word for bash and zsh. */
function posixQuote(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function zshScript(name: string, commands: readonly DescribedCommand[]): string {
  return `#compdef ${name}
# Completion of ${name} in zsh.
${commands.map((command) => (command.commands.length > 0 ? zshGroup(command) : zshCommand(command))).join('')}
# A file of this name in a folder of $fpath is the function itself; else the script is sourced.
if [[ $funcstack[1] == ${functionName(name)} ]]; then
  ${functionName(name)} "$@"
else
  compdef ${functionName(name)} ${posixQuote(name)}
fi
`;
}

function zshCommand(command: DescribedCommand): string {
  const specifications = [...command.options.flatMap(zshOption), ...command.arguments.map(zshValue)];
  return `
${functionName(command.path)}() {
  _arguments -s -S ${continued(specifications)}
}
`;
}

function zshGroup(command: DescribedCommand): string {
  const items = command.commands.map(({ name, description }) => `${zshEscape(name)}:${zshEscape(description)}`);
  const calls = command.commands.map(
    ({ name }) => `        ${posixQuote(name)}) ${functionName(`${command.path} ${name}`)} && found=0 ;;`,
  );
  return `
${functionName(command.path)}() {
  local curcontext=$curcontext context state state_descr line found=1
  local -a commands
  typeset -A opt_args
  _arguments -s -S -C ${continued([...command.options.flatMap(zshOption), '1: :->command', '*:: :->arguments'])} && found=0
  case $state in
    command)
      commands=(${items.map((item) => `\n        ${posixQuote(item)}`).join('')}
      )
      _describe -t commands command commands && found=0
      ;;
    arguments)
      case $line[1] in
${calls.join('\n')}
      esac
      ;;
  esac
  return found
}
`;
}

function continued(words: readonly string[]): string {
  return words.map((word) => `\\\n    ${posixQuote(word)}`).join(' ');
}

function zshOption({ names, description, value, repeatable }: DescribedOption): string[] {
  const before = repeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
  return names.map((name) => {
    const valueMark = value ? (name.startsWith('--') ? '=' : '+') : '';
    return `${before}${name}${valueMark}[${zshEscape(description)}]${value ? zshValue(value) : ''}`;
  });
}

function zshValue({ description, accepts }: Value): string {
  const message = `:${zshEscapeColons(description)}:`;
  if (accepts === 'text') return `${message} `;
  if (accepts === 'folder') return `${message}_files -/`;
  if (accepts === 'file') return `${message}_files`;
  return `${message}(${accepts.map((choice) => zshEscapeColons(posixQuote(choice))).join(' ')})`;
}

/** The name and description of an item of `_describe`, or the explanation of an option of `_arguments`. */
function zshEscape(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, '\\$&');
}

/** A message or action of `_arguments`, which keeps a backslash before anything but a colon. */
function zshEscapeColons(text: string): string {
  return text.replaceAll(':', '\\:');
}

function fishScript(name: string, commands: readonly DescribedCommand[]): string {
  const at = `_${functionName(name)}_at`;
  return `# Completion of ${name} in fish.
function ${at} --description 'Whether the command, and the count of its arguments if given, are those typed so far'
    set -l command ${fishQuote(name)}
    set -l option ''
    set -l position 0
    for word in (commandline -opc)[2..-1]
        if test -n "$option"
            set option ''
            continue
        end
        switch "$command $word"
${indented(12, ...fishCase(waitingForValue(commands), 'set option $word'))}
${indented(12, ...fishCase(commandPaths(commands), 'set command "$command $word"'))}
            case '*'
                string match -q -- '-*' "$word"; or set position (math $position + 1)
        end
    end
    test "$command" = "$argv[1]"; and begin
        not set -q argv[2]; or test $position = $argv[2]
    end
end

complete -c ${fishQuote(name)} -e
complete -c ${fishQuote(name)} -f
${commands
  .flatMap((command) => fishCompletions(command, at))
  .map((completion) => `complete -c ${fishQuote(name)} ${completion}`)
  .join('\n')}
`;
}

function fishCompletions(command: DescribedCommand, at: string): string[] {
  const when = (...position: number[]): string =>
    `-n ${fishQuote([at, fishQuote(command.path), ...position].join(' '))}`;
  return [
    ...command.commands.map(({ name, description }) => `${when(0)} -a ${fishQuote(name)} -d ${fishQuote(description)}`),
    ...command.options.map(({ names, description, value }) =>
      [when(), ...names.map(fishName), ...(value ? ['-r', fishValue(value)] : []), `-d ${fishQuote(description)}`].join(
        ' ',
      ),
    ),
    ...command.arguments.flatMap((argument, position) =>
      argument.accepts === 'text' ? [] : [`${when(position)} ${fishValue(argument)}`],
    ),
  ];
}

function fishName(name: string): string {
  return name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
}

function fishValue({ accepts }: Value): string {
  if (accepts === 'text') return '-f';
  if (accepts === 'folder') return `-f -a '(__fish_complete_directories)'`;
  if (accepts === 'file') return '-F';
  return `-f -a ${fishQuote(accepts.map(fishQuote).join(' '))}`;
}

function fishCase(words: readonly string[], action: string): string[] {
  return words.length > 0 ? [`case ${words.map(fishQuote).join(' ')}`, `    ${action}`] : [];
}

function fishQuote(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
