import { EXIT_CODES } from './exit-codes';
import { runCommandLine } from './program';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_CODES.brokenPipe);
    throw error;
  });
}

void runCommandLine(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
