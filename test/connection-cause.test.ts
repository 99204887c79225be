import { connectionCause, isRefusal } from '../src/connection-cause';

const TRUST =
  'check TEMPORAL_TLS_SERVER_CA_CERT_PATH and TEMPORAL_TLS_SERVER_NAME, and in a container that ca-certificates is installed';

// Messages of @temporalio/worker 1.24.0, each as a connection that failed so gave it.
test.each([
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
    'nothing listens there',
  ],
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("dns error", Custom { kind: Uncategorized, error: "failed to lookup address information: Name or service not known" })))',
    'the name cannot be resolved',
  ],
  [
    'tonic::transport::Error(Transport, ConnectError(Custom { kind: InvalidData, error: InvalidCertificate(UnsupportedSignatureAlgorithmContext { signature_algorithm_id: [6, 9] }) }))',
    `its certificate is not trusted (UnsupportedSignatureAlgorithmContext): ${TRUST}`,
  ],
  [
    'tonic::transport::Error(Transport, ConnectError(Custom { kind: InvalidData, error: InvalidMessage(InvalidContentType) }))',
    'it does not speak TLS: unset TEMPORAL_TLS and TEMPORAL_API_KEY',
  ],
  [
    `Failed to call GetSystemInfo: code: 'Unknown error', message: "h2 protocol error: http2 error", source: tonic::transport::Error(Transport, hyper::Error(Http2, Error { kind: GoAway(b"", FRAME_SIZE_ERROR, Library) }))`,
    'it does not speak gRPC there, or wants TLS: check the port and TEMPORAL_TLS',
  ],
  [
    `Failed to call GetSystemInfo: code: 'Unknown error', message: "transport error", source: tonic::transport::Error(Transport, hyper::Error(Io, Kind(ConnectionReset)))`,
    'it breaks off connections: it may want TLS, see TEMPORAL_TLS',
  ],
  ['no answer within 10 s', 'no answer within 10 s'],
  [`one line\nanother`, 'one line'],
  ['x'.repeat(300), `${'x'.repeat(200)}…`],
])('%s', (message, meaning) => {
  expect(connectionCause(new Error(message))).toBe(meaning);
});

test('a refusal is told by its code, or by the words of the SDK', () => {
  expect(isRefusal(Object.assign(new Error('x'), { code: 16 }))).toBe(true);
  expect(isRefusal(Object.assign(new Error('x'), { code: 7 }))).toBe(true);
  expect(isRefusal(Object.assign(new Error('x'), { code: 14 }))).toBe(false);
  const words =
    'code: \'The request does not have valid authentication credentials\', message: "Request unauthorized."';
  expect(isRefusal(new Error(`Failed to call GetSystemInfo: ${words}`))).toBe(true);
  expect(isRefusal(new Error('nothing listens there'))).toBe(false);
  expect(isRefusal(undefined)).toBe(false);
});
