import { DEFAULT_HTTP_ADDRESS } from '../config/defaults';
import { valueOf, VARIABLES } from '../config/variables';
import { messageOf } from '../sentences';

import { CommandError, refuseFaults } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, type CommonOptions } from './output';

/** Options of `health` as typed. */
export interface HealthCommandOptions extends CommonOptions {
  live?: boolean;
  url?: string;
}

const TIMEOUT_MS = 3_000;

/** Asks a worker of this machine, or the one at `--url`, whether it is ready, or with `--live` whether it lives. */
export async function health({ live = false, url, json }: HealthCommandOptions): Promise<number> {
  const question = new URL(live ? '/livez' : '/readyz', baseOf(url));
  let answer: { ok: boolean; reasons: string[] };
  try {
    const response = await fetch(question, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    answer = (await response.json()) as typeof answer;
  } catch (error) {
    const { cause } = error as Error;
    const message = `No worker answers at ${question.href} (${messageOf(cause ?? error)}). Start one, or give its address with --url or ${VARIABLES.httpAddress}`;
    throw new CommandError(message, EXIT_CODES.cannotConnect, 'CannotConnect', { cause: error });
  }
  if (json) printJson(answer);
  else if (answer.ok) printLine(live ? 'The worker lives' : 'The worker is ready');
  else for (const reason of answer.reasons) printLine(reason);
  return answer.ok ? EXIT_CODES.success : EXIT_CODES.unhealthy;
}

function baseOf(url: string | undefined): string {
  if (url !== undefined) {
    refuseFaults(
      /^https?:/.test(url) && URL.canParse(url)
        ? []
        : [`--url must be a URL such as http://127.0.0.1:9464, got "${url}"`],
    );
    return url;
  }
  const address = valueOf(process.env, VARIABLES.httpAddress) ?? DEFAULT_HTTP_ADDRESS;
  refuseFaults(
    address === 'none' ? [`${VARIABLES.httpAddress} is none, so the worker tells nothing: set it to an address`] : [],
  );
  // One that listens everywhere listens on loopback too.
  return `http://${address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`;
}
