import { credentialWarnings } from '../../../src/tencent/credentials';

const KEY = { TENCENTCLOUD_SECRET_ID: 'id', TENCENTCLOUD_SECRET_KEY: 'key' };

describe('credentialWarnings', () => {
  it('tells which of several tokens is used, without their values', () => {
    const env = {
      ...KEY,
      TENCENTCLOUD_SESSION_TOKEN: 'hid',
      TENCENTCLOUD_TOKEN: 'den',
      TENCENTCLOUD_SECURITY_TOKEN: 'hid',
    };
    expect(credentialWarnings(env)).toEqual([
      'TENCENTCLOUD_SESSION_TOKEN and TENCENTCLOUD_TOKEN have different values; TENCENTCLOUD_SESSION_TOKEN is used',
    ]);
  });

  it('tells of a token beside a file of another name', () => {
    expect(credentialWarnings({ ...KEY, TENCENTCLOUD_TOKEN_FILE: '/a', TENCENTCLOUD_SECURITY_TOKEN: '/a' })).toEqual([
      'TENCENTCLOUD_TOKEN_FILE and TENCENTCLOUD_SECURITY_TOKEN are both set; TENCENTCLOUD_TOKEN_FILE is used',
    ]);
  });

  it.each([
    [{}],
    [KEY],
    [{ ...KEY, TENCENTCLOUD_TOKEN: 'a', TENCENTCLOUD_SECURITY_TOKEN: ' a ' }],
    [{ ...KEY, TENCENTCLOUD_TOKEN_FILE: '/a', TENCENTCLOUD_SECURITY_TOKEN_FILE: '/a' }],
    [{ TENCENTCLOUD_TOKEN: 'a', TENCENTCLOUD_SECURITY_TOKEN: 'b' }],
  ])('finds nothing doubtful in %j', (env) => {
    expect(credentialWarnings(env)).toEqual([]);
  });
});
