/** What the people who run the worker should know, without any secret. */
export type Notice =
  | {
      /** The clock of this machine is wrong; requests are signed by the cloud's from now on. */
      kind: 'clockCorrected';
      /** ISO 8601 in UTC. */
      localTime: string;
      /** ISO 8601 in UTC. */
      serverTime: string;
      /** The cloud's clock less this machine's. */
      offsetSeconds: number;
    }
  | { kind: 'credentialsRenewed'; source: string; expiresAt?: string }
  | {
      /** The old key serves until it expires; the next call tries again. */
      kind: 'credentialsNotRenewed';
      source: string;
      error: string;
      expiresAt?: string;
    }
  | {
      /** A key that was issued for so short a time that it must be renewed again and again. */
      kind: 'credentialsShortLived';
      source: string;
      lifetimeSeconds: number;
    };

/** Receives notices; must not throw. */
export type Notify = (notice: Notice) => void;
