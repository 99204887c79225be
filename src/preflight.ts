import { setTimeout as delay } from 'node:timers/promises';

import { status as grpcStatus } from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';

import { SEARCH_ATTRIBUTE_TYPES, SEARCH_ATTRIBUTES, type SearchAttributeName } from './contract';
import {
  createSearchAttributes,
  messageOf,
  namespaceIsMissing,
  removeSearchAttributes,
  searchAttributesAreWrong,
} from './sentences';

const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_DATETIME } = temporal.api.enums.v1.IndexedValueType;
const API_TYPES = { Keyword: INDEXED_VALUE_TYPE_KEYWORD, Datetime: INDEXED_VALUE_TYPE_DATETIME };
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
 * Makes sure that the search attributes exist with their types and can be used, creating those that are missing.
 *
 * @throws PreflightError with the commands that create them when the server refuses
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const { missing, wrong } = await findSearchAttributeFaults(connection, namespace);
  if (wrong.length > 0) {
    throw new PreflightError(`${searchAttributesAreWrong(wrong)}. ${removeSearchAttributes(namespace, wrong)}`);
  }
  if (missing.length === 0) return;
  try {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, apiTypeOf(name)]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (codeOf(error) !== Number(grpcStatus.ALREADY_EXISTS)) {
      throw new PreflightError(
        `Search attributes are missing and could not be created (${messageOf(error)}). ${createSearchAttributes(namespace, missing)}`,
        { cause: error },
      );
    }
  }
  await untilVisible(connection, namespace);
}

/** What is wrong with the search attributes of a namespace: names that are not there, or not of their type. */
export interface SearchAttributeFaults {
  missing: SearchAttributeName[];
  wrong: SearchAttributeName[];
}

/** Compares the search attributes of a namespace with those that a follow sets. */
export async function findSearchAttributeFaults(
  { operatorService }: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
): Promise<SearchAttributeFaults> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const names = Object.values(SEARCH_ATTRIBUTES);
  return {
    missing: names.filter((name) => customAttributes[name] === undefined),
    wrong: names.filter((name) => ![undefined, apiTypeOf(name)].includes(customAttributes[name])),
  };
}

/** Returns the type that a search attribute must have, as the server's API writes it. */
export function apiTypeOf(name: SearchAttributeName): number {
  return API_TYPES[SEARCH_ATTRIBUTE_TYPES[name]];
}

async function untilVisible(connection: NativeConnection, namespace: string): Promise<void> {
  const giveUpAt = Date.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const { missing, wrong } = await findSearchAttributeFaults(connection, namespace);
    const names = [...missing, ...wrong];
    if (names.length === 0) return;
    if (Date.now() > giveUpAt) {
      throw new PreflightError(
        `Search attributes were created but are not usable yet: ${names.join(', ')}. Start again`,
      );
    }
    await delay(200);
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
