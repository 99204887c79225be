import { DefaultLogger, type LogEntry, type Logger } from '@temporalio/worker';

import type { LogSettings } from '../config/log-settings';
import type { Secrets } from '../secrets';

import { formatOf } from './log-line';

/** The log of a worker process. */
export interface WorkerLog {
  /** Takes what the SDK and its workflows and activities tell, from the least level on. */
  logger: Logger;
  /** Writes one line whatever the least level is. */
  tell(level: 'INFO' | 'ERROR', message: string, meta?: object): void;
}

/** Where the lines go. */
export interface LogStream {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** Opens the log: one line for each entry, with every known secret replaced. */
export function openWorkerLog(settings: LogSettings, secrets: Secrets, stream: LogStream = process.stderr): WorkerLog {
  const format = formatOf(settings, stream.isTTY ?? false);
  const loggerOf = (level: LogSettings['level']) =>
    new DefaultLogger(level, (entry) => {
      if (!isExpected(entry)) stream.write(`${secrets.hide(format(entry))}\n`);
    });
  const always = loggerOf('DEBUG');
  return { logger: loggerOf(settings.level), tell: (level, message, meta) => always.log(level, message, { ...meta }) };
}

/** The SDK says at each start, in part as a warning, that a queue serves one kind of tasks only, as ours do by design. */
function isExpected({ message }: LogEntry): boolean {
  return /^No (workflows|activities|Nexus services) registered, not polling/.test(message);
}
