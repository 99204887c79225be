import { execFileSync } from 'node:child_process';

import {
  canonicalRequest,
  deriveKeys,
  parseAuthorization,
  sha256Hex,
  signatureOf,
  stringToSign,
  utcDate,
  verifyRequest,
} from '../../emulator/signature';

const SECRET_ID = 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE';
const SECRET_KEY = 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE';
const TIMESTAMP = 1551113065;
const SIGNED = ['content-type', 'host'];
const DATE_KEY = 'd1308c81fe71cfd4e06437bbc067b2b8a3d2d8c0e375d547f15c41d5214b395a';

const VECTORS = [
  {
    name: 'A, published',
    service: 'cvm',
    headers: { 'content-type': 'application/json; charset=utf-8', host: 'cvm.tencentcloudapi.com' },
    body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
    bodyHash: '35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064',
    canonicalHash: '5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031',
    serviceKey: '3c7cb7c7795393edc14fd2e0e6434a518564b4504b88e94f5d11bf59ba3e7050',
    signingKey: 'ac658d5dde49e9bfdd14e04e062f66b05d9f637d44b8a8d845327d4a77f666b1',
    signature: '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
  },
  {
    name: 'B, organization',
    service: 'organization',
    headers: { 'content-type': 'application/json', host: 'organization.intl.tencentcloudapi.com' },
    body: '{"ZoneId":"z-djw98wnd0000","TaskId":"t-d8wjd8j30000"}',
    bodyHash: '2d17f7ab06a25bdd50ad1effcd473e5d6de90ce070175750223cf34f543f0dc2',
    canonicalHash: '6910b6ac39e4929c6e7c6db096725516ab2a680fadc487cbc3f84677a11b5981',
    serviceKey: '30a3891da933fefe937270cc19289effd8955867a75997721ad21ee0b6c160bf',
    signingKey: '8e2d32272beb618499aa480bacef29c4eeccbdb3cb34251361b6f7d376a104d3',
    signature: '5e5ab586a9e34652b3dd2c5a13789c1b223221d33abb2a9da1ce116747ba851d',
  },
];

describe.each(VECTORS)('vector $name', ({ service, headers, body, ...expected }) => {
  const canonical = canonicalRequest(headers, SIGNED, body);
  const keys = deriveKeys(SECRET_KEY, utcDate(TIMESTAMP), service);

  it('hashes the body and the canonical request', () => {
    expect(sha256Hex(body)).toBe(expected.bodyHash);
    expect(sha256Hex(canonical)).toBe(expected.canonicalHash);
  });

  it('derives the date, service and signing keys', () => {
    expect(keys.date.toString('hex')).toBe(DATE_KEY);
    expect(keys.service.toString('hex')).toBe(expected.serviceKey);
    expect(keys.signing.toString('hex')).toBe(expected.signingKey);
  });

  it('signs', () => {
    expect(signatureOf(keys.signing, stringToSign(TIMESTAMP, service, canonical))).toBe(expected.signature);
  });
});

it('lower-cases header values and signs further headers', () => {
  const [a] = VECTORS;
  const headers = { ...a?.headers, 'x-tc-action': 'DescribeInstances' };
  expect(sha256Hex(canonicalRequest(headers, [...SIGNED, 'x-tc-action'], a?.body ?? ''))).toBe(
    '7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84',
  );
});

describe('utcDate', () => {
  it('turns at midnight UTC', () => {
    expect(utcDate(1551139199)).toBe('2019-02-25');
    expect(utcDate(1551139200)).toBe('2019-02-26');
  });

  it.each(['Asia/Shanghai', 'America/Los_Angeles'])('does not depend on the time zone %s', (zone) => {
    // A child process: TZ is read once per process. The function's own source runs there.
    const script = `${utcDate.toString()}; console.log(utcDate(1551113065), utcDate(1551139199))`;
    const out = execFileSync(process.execPath, ['-e', script], { env: { ...process.env, TZ: zone }, encoding: 'utf8' });
    expect(out.trim()).toBe('2019-02-25 2019-02-25');
  });
});

describe('parseAuthorization', () => {
  it('splits a well-formed header', () => {
    const value = 'TC3-HMAC-SHA256 Credential=id/2019-02-25/organization/tc3_request, SignedHeaders=a;b, Signature=ff';
    expect(parseAuthorization(value)).toEqual({
      secretId: 'id',
      date: '2019-02-25',
      service: 'organization',
      terminator: 'tc3_request',
      signedHeaders: ['a', 'b'],
      signature: 'ff',
    });
  });

  it.each([
    '',
    'Bearer x',
    'TC3-HMAC-SHA256 Credential=id/2019-02-25/organization, SignedHeaders=a, Signature=f',
    'TC3-HMAC-SHA256 Credential=id/2019-02-25/organization/tc3_request, SignedHeaders=a',
  ])('rejects %j', (value) => {
    expect(parseAuthorization(value)).toBeUndefined();
  });
});

it('accepts vector B as a whole request and refuses it with another signature', () => {
  const b = VECTORS[1];
  const account = { secretId: SECRET_ID, secretKey: SECRET_KEY };
  const verify = (signature: string) => {
    const scope = `${SECRET_ID}/2019-02-25/organization/tc3_request`;
    const authorization = `TC3-HMAC-SHA256 Credential=${scope}, SignedHeaders=content-type;host, Signature=${signature}`;
    const headers = { 'content-type': '', host: '', ...b?.headers, 'x-tc-timestamp': String(TIMESTAMP), authorization };
    return verifyRequest(
      { service: 'organization', headers, body: Buffer.from(b?.body ?? '') },
      [account],
      TIMESTAMP * 1000,
    );
  };
  expect(verify(b?.signature ?? '')).toEqual({ account });
  expect(verify('0'.repeat(64))).toMatchObject({ refusal: { code: 'AuthFailure.SignatureFailure' } });
  expect(verify('short')).toMatchObject({ refusal: { code: 'AuthFailure.SignatureFailure' } });
});
