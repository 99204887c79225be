import type { ErrorClass } from '../contract';

/** Is told what happens on the way to the cloud, for figures; must not throw. Nothing that it is told is secret. */
export interface CloudObserver {
  /** A request was sent, and its answer has come or never will. */
  requested(request: ObservedRequest): void;
  /** A call to the organization API failed for good: what could be mended was mended before. */
  failed(failure: ObservedFailure): void;
  /** A source gave a key that it had not given before. */
  keyObtained(key: ObservedKey): void;
  /** A source was asked for a key and gave none. */
  keyNotObtained(source: string): void;
}

/** One request, of whatever call. */
export interface ObservedRequest {
  action: string;
  /** `answered`: with what was asked for. `refused`: with an Error. `failed`: no good answer. `cancelled`: nobody waits. */
  result: 'answered' | 'refused' | 'failed' | 'cancelled';
  /** From its sending, after any wait for a turn, to the end of its answer. */
  seconds: number;
  /** The cloud's clock at its answer, epoch seconds, when that told it. */
  serverTimeSeconds?: number;
}

/** A call that failed. */
export interface ObservedFailure {
  action: string;
  errorClass: ErrorClass;
  /** Of the cloud, or `ClientError.…`. */
  code: string;
}

/** A key that signs from now on. */
export interface ObservedKey {
  /** Which source, for people. */
  source: string;
  /** When it ends, by this machine's clock, epoch ms; absent when it does not. */
  expiresAtMs?: number;
  /** It takes the place of another. */
  isRenewal: boolean;
}

/** Looks away. */
export const NO_OBSERVER: CloudObserver = {
  requested: () => undefined,
  failed: () => undefined,
  keyObtained: () => undefined,
  keyNotObtained: () => undefined,
};
