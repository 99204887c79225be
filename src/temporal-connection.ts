import { NativeConnection, type Logger } from '@temporalio/worker';

import { pause } from './abort-signals';
import type { TemporalConfig } from './config';
import { connectionCause, isRefusal } from './connection-cause';
import { ensureNamespace, ensureSearchAttributes, PreflightError } from './preflight';
import { noServerAnswers } from './sentences';

/** Options of {@link connectToTemporal}. */
export interface ConnectOptions {
  temporal: TemporalConfig;
  /** How long a server that is not there is waited for. */
  patienceSeconds: number;
  logger: Logger;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/** The Temporal server could not be reached, or does not let us in. */
export class CannotConnectError extends Error {
  override readonly name = 'CannotConnectError';
}

const ATTEMPT_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Connects to the Temporal server and makes sure of its namespace and search attributes. What passes by itself is tried
 * again, at growing intervals.
 *
 * @returns undefined when the signal aborted
 * @throws CannotConnectError after the given time, or at once when the server refuses us; PreflightError when its set-up
 *   lacks something
 */
export async function connectToTemporal(options: ConnectOptions): Promise<NativeConnection | undefined> {
  const { temporal, patienceSeconds, logger, signal } = options;
  const giveUpAtMs = performance.now() + patienceSeconds * 1000;
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await connectOnce(temporal);
    } catch (error) {
      if (error instanceof PreflightError) throw error;
      if (isRefusal(error)) throw refused(temporal, error);
      const leftMs = giveUpAtMs - performance.now();
      if (leftMs <= 0) {
        throw new CannotConnectError(`${noServerAnswers(temporal.address)} (${connectionCause(error)})`, {
          cause: error,
        });
      }
      const left = `trying for ${Math.ceil(leftMs / 1000)} s more`;
      logger.warn(`No Temporal server answers at ${temporal.address} (${connectionCause(error)}): ${left}`);
      await pause(Math.min(pauseMs, leftMs), signal);
    }
  }
  return undefined;
}

async function connectOnce({ connectionOptions, namespace }: TemporalConfig): Promise<NativeConnection> {
  const connection = await withTimeout(NativeConnection.connect(connectionOptions));
  try {
    await connection.withDeadline(Date.now() + ATTEMPT_TIMEOUT_MS, () => ensureNamespace(connection, namespace));
    await ensureSearchAttributes(connection, namespace);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A server that takes the connection and says nothing would be waited for without end. */
async function withTimeout(connecting: Promise<NativeConnection>): Promise<NativeConnection> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ATTEMPT_TIMEOUT_MS / 1000} s`)), ATTEMPT_TIMEOUT_MS);
  });
  try {
    return await Promise.race([connecting, timeout]);
  } catch (error) {
    void connecting.then(
      (late) => late.close(),
      () => undefined,
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function refused({ address, namespace }: TemporalConfig, cause: unknown): CannotConnectError {
  const next = `Check TEMPORAL_API_KEY or the client certificate, and whether it may use namespace "${namespace}"`;
  return new CannotConnectError(`The Temporal server at ${address} refused us: ${connectionCause(cause)}. ${next}`, {
    cause,
  });
}
