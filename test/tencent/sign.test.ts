import { signRequest } from '../../src/tencent';

const KEY = { secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' };
const BODY = '{"ZoneId":"z-djw98wnd0000","TaskId":"t-d8wjd8j30000"}';
const ORGANIZATION = {
  ...KEY,
  service: 'organization',
  host: 'organization.intl.tencentcloudapi.com',
  contentType: 'application/json',
  body: BODY,
  timestampSeconds: 1551113065,
};

describe('signRequest', () => {
  it('reproduces the published vector', () => {
    const signed = signRequest({
      ...KEY,
      service: 'cvm',
      host: 'cvm.tencentcloudapi.com',
      contentType: 'application/json; charset=utf-8',
      body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
      timestampSeconds: 1551113065,
    });
    expect(signed).toBe(
      `TC3-HMAC-SHA256 Credential=${KEY.secretId}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, ` +
        'Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
    );
  });

  it('reproduces the vector of this API', () => {
    expect(signRequest(ORGANIZATION)).toBe(
      `TC3-HMAC-SHA256 Credential=${KEY.secretId}/2019-02-25/organization/tc3_request, ` +
        'SignedHeaders=content-type;host, Signature=5e5ab586a9e34652b3dd2c5a13789c1b223221d33abb2a9da1ce116747ba851d',
    );
  });

  it('dates by UTC up to the last second of the day', () => {
    expect(signRequest({ ...ORGANIZATION, timestampSeconds: 1551139199 })).toContain('/2019-02-25/organization/');
    expect(signRequest({ ...ORGANIZATION, timestampSeconds: 1551139200 })).toContain('/2019-02-26/organization/');
  });
});
