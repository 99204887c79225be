import { abortOn, untilAborted } from '../abort-signals';
import { adoptConfigFile } from '../config/config-file';
import { ConfigurationError } from '../config/configuration-error';
import { VARIABLES } from '../config/variables';
import { startCodecServer } from '../encryption/codec-server';
import { readCodecServer, type CodecServerSettings } from '../encryption/codec-server-settings';
import { nameOfPeer } from '../peer';
import { messageOf } from '../sentences';
import { isLoopback } from '../tencent/endpoint';

import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';
import { printJson, printLine, printNote, type CommonOptions } from './output';
import { printable } from './printable';

/** Runs the codec server until SIGTERM or SIGINT. */
export async function codecServer({ json }: CommonOptions): Promise<number> {
  const settings = readSettings(process.env);
  // Before the address is told: who reads it may send a signal at once.
  const interruption = abortOn('SIGINT', 'SIGTERM');
  const running = await startCodecServer(settings, { onRefusal: (line) => printNote(printable(line)) }).catch(
    (error: unknown) => {
      const fault = `${VARIABLES.codecAddress} ${nameOfPeer(settings.address)} cannot be used: ${messageOf(error)}`;
      throw new CommandError(`${fault}. Set another`, EXIT_CODES.badInput, 'AddressUnusable', { cause: error });
    },
  );
  if (!isLoopback(settings.address.host)) {
    printNote(
      `Warning: ${running.url} is reached from other machines without TLS, and what it answers is in clear text. Let a proxy with TLS stand before it`,
    );
  }
  if (json) printJson({ url: running.url });
  else for (const line of usage(running.url, settings)) printLine(line);
  await untilAborted(interruption.signal);
  await running.close();
  return EXIT_CODES.success;
}

function readSettings(env: NodeJS.ProcessEnv): CodecServerSettings {
  const faults = [...adoptConfigFile(env)];
  const settings = readCodecServer(env, faults);
  if (!settings || faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

function usage(url: string, { corsOrigins }: CodecServerSettings): string[] {
  return [
    `The codec server listens at ${url}. Let the Temporal CLI read through it with:`,
    `  export TEMPORAL_CODEC_ENDPOINT=${url} TEMPORAL_CODEC_AUTH="Bearer $${VARIABLES.codecToken}"`,
    corsOrigins.length === 0
      ? `No page may use it: set ${VARIABLES.codecCorsOrigins} to the origin of the Temporal UI for that`
      : `Pages of ${corsOrigins.join(', ')} may use it once the browser has opened ${url} and has the token as its password`,
  ];
}
