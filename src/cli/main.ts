import { EXIT_CODES } from './exit-codes';
import { runCommandLine } from './program';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_CODES.brokenPipe);
    throw error;
  });
}

void runCommandLine(process.argv.slice(2)).then(async (exitCode) => {
  await Promise.all([process.stdout, process.stderr].map(untilWritten));
  process.exit(exitCode);
});

/** What a pipe has not taken yet would be lost with the process. */
function untilWritten(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
