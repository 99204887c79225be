import { setTimeout as delay } from 'node:timers/promises';

import { status as grpcStatus } from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';

import { SEARCH_ATTRIBUTES } from './contract';
import { messageOf, namespaceIsMissing } from './sentences';

const KEYWORD: number = temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
const VISIBLE_WITHIN_MS = 15_000;

/** A fault of the Temporal server's set-up; the message says what to do. */
export class PreflightError extends Error {
  override readonly name = 'PreflightError';
}

/**
 * Makes sure that the namespace exists.
 *
 * @throws PreflightError with the command that creates it
 */
export async function ensureNamespace(connection: NativeConnection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (codeOf(error) !== Number(grpcStatus.NOT_FOUND)) throw error;
    throw new PreflightError(namespaceIsMissing(namespace), { cause: error });
  }
}

/**
 * Makes sure that the search attributes exist as Keyword and can be used, creating those that are missing.
 *
 * @throws PreflightError with the commands that create them when the server refuses
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const names = Object.values(SEARCH_ATTRIBUTES);
  const registered = await listSearchAttributes(connection, namespace);
  const wrong = names.filter((name) => registered[name] !== undefined && registered[name] !== KEYWORD);
  if (wrong.length > 0) {
    throw new PreflightError(
      `Search attributes of the wrong type, Keyword is needed: ${wrong.join(', ')}. Use another namespace, or remove them with: temporal operator search-attribute remove --namespace ${namespace} ${wrong.map((name) => `--name ${name}`).join(' ')}`,
    );
  }
  const missing = names.filter((name) => registered[name] === undefined);
  if (missing.length === 0) return;
  try {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (codeOf(error) !== Number(grpcStatus.ALREADY_EXISTS)) {
      const command = `temporal operator search-attribute create --namespace ${namespace} ${missing.map((name) => `--name ${name} --type Keyword`).join(' ')}`;
      throw new PreflightError(
        `Search attributes are missing and could not be created (${messageOf(error)}). Create them with: ${command}`,
        { cause: error },
      );
    }
  }
  await untilVisible(connection, namespace, missing);
}

async function untilVisible(connection: NativeConnection, namespace: string, names: string[]): Promise<void> {
  const giveUpAt = Date.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const registered = await listSearchAttributes(connection, namespace);
    if (names.every((name) => registered[name] === KEYWORD)) return;
    if (Date.now() > giveUpAt) {
      throw new PreflightError(
        `Search attributes were created but are not usable yet: ${names.join(', ')}. Start again`,
      );
    }
    await delay(200);
  }
}

async function listSearchAttributes(connection: NativeConnection, namespace: string): Promise<Record<string, number>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return customAttributes;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
