import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a pseudo-terminal is started. */
export interface TerminalOptions {
  env: Record<string, string>;
  columns?: number;
  rows?: number;
}

/** A process of Node at a terminal, as a user sits before it. */
export interface TerminalProcess {
  /** Everything that the terminal was sent, both streams, with its escape sequences. */
  output(): string;
  /** Waits until the output holds the text; fails when the process ends before. */
  until(text: string): Promise<void>;
  /** Types; `\u0003` is Ctrl-C. */
  type(text: string): void;
  /** The exit code; 128 and the signal's number when a signal ended the process. */
  ended: Promise<number | null>;
  /** Ends it by hanging up, as who closes the window. */
  hangUp(): Promise<void>;
}

/** Node has no pseudo-terminals; Python has. Bytes go to and fro; the exit code is that of the process. */
const BRIDGE = `
import fcntl, os, pty, select, struct, sys, termios
rows, columns, *argv = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', int(rows), int(columns), 0, 0))
    os.execvp(argv[0], argv)
sources = [terminal, 0]
while terminal in sources:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b''
        if not data:
            sources.remove(source)
        elif source == terminal:
            os.write(1, data)
        else:
            os.write(terminal, data)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
`;

/** Starts a Node script at a pseudo-terminal, with no other environment than the given one. */
export function launchAtTerminal(script: string, args: readonly string[], options: TerminalOptions): TerminalProcess {
  const { env, columns = 100, rows = 30 } = options;
  const argv = ['-c', BRIDGE, String(rows), String(columns), process.execPath, script, ...args];
  const child = spawn('python3', argv, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  // Who types into a process that has just ended loses what was typed.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    output: () => output,
    until: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (output.includes(text)) resolve();
        };
        child.stdout.on('data', check);
        check();
        void ended.then((code) => reject(new Error(`The process ended with ${code}: ${output}`)), reject);
      }),
    type: (text) => void child.stdin.write(text),
    ended,
    async hangUp() {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}
