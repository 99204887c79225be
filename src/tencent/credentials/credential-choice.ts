import { messageOf } from '../../sentences';
import { CLIENT_ERRORS, TencentCloudError } from '../errors';
import { MissingCredentialsError, type CredentialProvider } from './credentials';

/** A source that may be configured. */
export interface Candidate {
  /** Returns its provider once anything of it is configured, even half of a key; undefined before. */
  find(): CredentialProvider | undefined;
  /** What is said when nothing of it is configured, one clause for each place. */
  lacks: readonly string[];
  /** Whether a person named it, so that no later source may stand in for it. Default false. */
  isNamed?: boolean;
}

/**
 * Makes a provider of the first source that is configured. Once chosen it stays: a source that fails later must not
 * give way to another identity.
 *
 * @param lastResort - asked when no candidate is configured; chosen once it has given a key
 */
export function createChoice(candidates: readonly Candidate[], lastResort?: CredentialProvider): CredentialProvider {
  let chosen: CredentialProvider | undefined;

  return {
    get description() {
      return chosen?.description ?? 'the first source that has one';
    },
    async issue() {
      if (chosen) return chosen.issue();
      const lacks: string[] = [];
      for (const candidate of candidates) {
        chosen = candidate.find();
        if (chosen) return chosen.issue();
        lacks.push(...candidate.lacks);
        if (candidate.isNamed) throw new MissingCredentialsError(lacks);
      }
      if (!lastResort) throw new MissingCredentialsError(lacks);
      try {
        const key = await lastResort.issue();
        chosen = lastResort;
        return key;
      } catch (error) {
        // A machine that answers at all has such a source: what fails there may pass.
        if (!isAbsent(error)) throw error;
        const why = error instanceof MissingCredentialsError ? error.tried.join('; ') : messageOf(error);
        throw new MissingCredentialsError([...lacks, `this machine has no role (${why})`]);
      }
    },
  };
}

const NOBODY_THERE: ReadonlySet<string> = new Set([
  CLIENT_ERRORS.connectionRefused,
  CLIENT_ERRORS.dnsFailure,
  CLIENT_ERRORS.networkError,
  CLIENT_ERRORS.timeout,
]);

/** Tells whether a source is not there at all: it says so, or nobody answers in its place. */
function isAbsent(error: unknown): boolean {
  if (error instanceof MissingCredentialsError) return true;
  const { cause } = error instanceof TencentCloudError ? error : {};
  return cause instanceof TencentCloudError && NOBODY_THERE.has(cause.code);
}
