import { randomBytes } from 'node:crypto';

import { flag, listOf, number, objectOf, text } from './json-reader';

/** One API key the emulator knows; `token` makes it a temporary key whose X-TC-Token must match. */
export interface EmulatorAccount {
  secretId: string;
  secretKey: string;
  token?: string;
  /** From then on its token is refused; epoch ms by the clock that the cloud shows. */
  expiresAt?: number;
  /** Refused as if it did not exist. */
  disabled?: boolean;
  /** Actions it may call, for example `GetProvisioningTaskStatus`; default all. */
  actions?: string[];
  /** The account that owns the key; default one shared by all keys. */
  uin?: string;
}

/** A key that the emulator issued itself. */
export interface TemporaryAccount extends EmulatorAccount {
  token: string;
  expiresAt: number;
}

/** What an issued key may do and for how long. */
export interface Grant {
  lifetimeSeconds: number;
  actions?: string[];
}

/** Owner of every key that names none. */
export const DEFAULT_UIN = '100000000001';

/** The key accepted by default: the placeholder of the vendor's own signature example. */
export const DEMO_ACCOUNT: EmulatorAccount = {
  secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
  secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
};

/** Reads accounts from JSON. */
export const readAccounts = listOf(
  objectOf<EmulatorAccount>(
    {
      secretId: text,
      secretKey: text,
      token: text,
      expiresAt: number,
      disabled: flag,
      actions: listOf(text),
      uin: text,
    },
    'secretId',
    'secretKey',
  ),
);

/** The keys that may call: those configured, and the temporary ones issued since the start. */
export class Accounts {
  private readonly temporary: TemporaryAccount[] = [];

  constructor(private configured: readonly EmulatorAccount[]) {}

  /** Replaces the configured keys; issued ones stay until they expire. */
  set(accounts: readonly EmulatorAccount[]): void {
    this.configured = accounts;
  }

  /** Lists all keys; a configured one precedes an issued one of the same id, and so decides. */
  all(): EmulatorAccount[] {
    return [...this.configured, ...this.temporary];
  }

  /** Lists the issued keys, also expired ones. */
  issued(): TemporaryAccount[] {
    return [...this.temporary];
  }

  /** Issues a temporary key that ends on a full second. */
  issue(nowMs: number, { lifetimeSeconds, actions }: Grant): TemporaryAccount {
    const account = {
      secretId: `AKID${randomBytes(24).toString('base64url')}`,
      secretKey: randomBytes(24).toString('base64url'),
      token: randomBytes(96).toString('base64url'),
      expiresAt: (Math.floor(nowMs / 1000) + lifetimeSeconds) * 1000,
      ...(actions && { actions }),
    };
    this.temporary.push(account);
    return account;
  }
}

/** Writes the end of a key as STS and the metadata endpoint do: epoch seconds and UTC text without a fraction. */
export function expiryFields({ expiresAt }: TemporaryAccount): { ExpiredTime: number; Expiration: string } {
  return { ExpiredTime: expiresAt / 1000, Expiration: new Date(expiresAt).toISOString().replace('.000Z', 'Z') };
}
