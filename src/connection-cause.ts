import { status } from '@grpc/grpc-js';

import { messageOf } from './sentences';

const LONGEST = 200;
const TRUST =
  'check TEMPORAL_TLS_SERVER_CA_CERT_PATH and TEMPORAL_TLS_SERVER_NAME, and in a container that ca-certificates is installed';

/** What the SDK's dumps of a failed connection mean; the first that fits counts. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/ConnectionRefused/, 'nothing listens there'],
  [/dns error/, 'the name cannot be resolved'],
  [/InvalidCertificate\((\w+)/, `its certificate is not trusted ($1): ${TRUST}`],
  [/NativeCertsNotFound|no native root/i, `this machine has no root certificates: ${TRUST}`],
  [/InvalidContentType|CorruptMessage/, 'it does not speak TLS: unset TEMPORAL_TLS and TEMPORAL_API_KEY'],
  [/AlertReceived\((\w+)\)/, `it broke off the TLS handshake ($1): check the client certificate`],
  [/FRAME_SIZE_ERROR|http2 error/, 'it does not speak gRPC there, or wants TLS: check the port and TEMPORAL_TLS'],
  [/ConnectionReset|BrokenPipe|UnexpectedEof/, 'it breaks off connections: it may want TLS, see TEMPORAL_TLS'],
];

/** Words why a connection to the Temporal server failed: by its meaning where that is known, else the SDK's first line. */
export function connectionCause(error: unknown): string {
  const message = messageOf(error);
  for (const [pattern, meaning] of MEANINGS) {
    const found = pattern.exec(message);
    if (found) return meaning.replace('$1', found[1] ?? '');
  }
  const [first = ''] = message.split('\n', 1);
  return first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first;
}

const REFUSALS: readonly unknown[] = [status.UNAUTHENTICATED, status.PERMISSION_DENIED];
/** While it connects, the SDK tells the code only in these words. */
const WORDS_OF_REFUSAL = /does not have valid authentication credentials|does not have permission to execute/;

/** Tells whether the server answered that it does not let us in. */
export function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return 'code' in error ? REFUSALS.includes(error.code) : WORDS_OF_REFUSAL.test(messageOf(error));
}
