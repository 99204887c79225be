import { messageOf } from '../../sentences';
import { answerTimes } from '../answer-headers';
import { asObject, nonEmpty } from '../api-call';
import { withinDeadline } from '../call-deadline';
import type { Environment } from '../environment';
import { CLIENT_ERRORS, TencentCloudError } from '../errors';
import type { HttpAnswer, Transport } from '../transport';
import { MissingCredentialsError, type CredentialProvider, type IssuedCredentials } from './credentials';
import { settingOf } from './settings';
import { readTemporaryKey } from './temporary-key';

/** Options of {@link createCvmRoleProvider}. */
export interface CvmRoleOptions {
  env: Environment;
  /** Default `http://metadata.tencentyun.com`. */
  metadataEndpoint?: string | undefined;
  /** Without proxies: they do not reach the machine's own metadata. */
  transport: Transport;
  /** This machine's clock, epoch ms. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Bound of each of the two requests in ms. Default 2000. */
  deadlineMs?: number | undefined;
}

const DEFAULT_ENDPOINT = 'http://metadata.tencentyun.com';
const ROLES_PATH = '/latest/meta-data/cam/security-credentials/';

/** Returns the role that TENCENTCLOUD_CAM_ROLE_NAME names; undefined when it is not set. */
export function namedCvmRole(env: Environment): string | undefined {
  return settingOf(env, 'TENCENTCLOUD_CAM_ROLE_NAME');
}

/**
 * Makes a provider of keys of the role that is bound to this machine, or of the one that TENCENTCLOUD_CAM_ROLE_NAME
 * names.
 */
export function createCvmRoleProvider(options: CvmRoleOptions): CredentialProvider {
  const { env, metadataEndpoint = DEFAULT_ENDPOINT, transport, now = Date.now, deadlineMs = 2_000 } = options;
  const named = namedCvmRole(env);
  let known: string | undefined;

  const read = async (path: string): Promise<HttpAnswer> => {
    const request = { method: 'GET', url: new URL(ROLES_PATH + path, metadataEndpoint), headers: {} } as const;
    const answer = await withinDeadline(deadlineMs, undefined, (deadline) => transport.send(request, deadline));
    if (answer.status === 200) return answer;
    if (answer.status !== 404) throw new Error(`HTTP ${answer.status}`);
    throw new MissingCredentialsError([
      `the metadata endpoint ${new URL(metadataEndpoint).host} knows no such role (HTTP 404)`,
    ]);
  };
  const readRole = async (): Promise<string> => {
    const role = (await read('')).body.trim();
    // A gateway in between may answer a page of its own.
    if (!/^[\w+=,.@-]{1,128}$/.test(role)) throw new Error('its answer is not the name of a role');
    return role;
  };
  const readKey = async (role: string): Promise<IssuedCredentials> => {
    const { body, headers } = await read(encodeURIComponent(role));
    const fields = parseObject(body);
    if (fields.Code !== 'Success') throw new Error(`its answer has ${codeOf(fields)} and not Success`);
    const key = readTemporaryKey(fields, answerTimes(headers).serverTimeSeconds, now);
    if (!key) throw new Error('its answer has no whole key with its end');
    return key;
  };
  return {
    description: named === undefined ? 'the role of this machine' : `the role ${named} of this machine`,
    async issue() {
      try {
        const role = named ?? known ?? (await readRole());
        // Remembered only while it gives keys: another role may be bound.
        known = undefined;
        const key = await readKey(role);
        known = role;
        return key;
      } catch (cause) {
        if (cause instanceof MissingCredentialsError) throw cause;
        const message = `The metadata endpoint ${new URL(metadataEndpoint).host} gave no key: ${messageOf(cause)}`;
        throw new TencentCloudError(CLIENT_ERRORS.credentialsUnavailable, message, { cause });
      }
    },
  };
}

function parseObject(json: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(json)) ?? {};
  } catch {
    // Not the parser's own error: it quotes what it read, which may be a secret.
    throw new Error('its answer is not JSON');
  }
}

function codeOf(fields: Readonly<Record<string, unknown>>): string {
  const code = nonEmpty(fields.Code);
  return code ? `the code ${code}` : 'no code';
}
