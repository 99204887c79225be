import { checkCredentials, fixedCredentials, isSameKey, type Credentials } from '../../../src/tencent/credentials';

describe('keys', () => {
  it.each([
    [{ secretId: 'AKID…x', secretKey: 'b' }, 'secretId'],
    [{ secretId: 'a', secretKey: 'b b' }, 'secretKey'],
    [{ secretId: 'a', secretKey: 'b\u00a0', token: 'c\nd' }, 'secretKey and token'],
  ])('are refused when no request can carry them, naming the field but not its value: %j', (key, fields) => {
    expect(refusalOf(key)).toMatchObject({
      code: 'ClientError.MalformedCredentials',
      errorClass: 'needsPerson',
      message: `The credentials are damaged: white space or characters outside ASCII in ${fields}. Copy them again`,
    });
  });

  it('are refused when a part is empty, and else may have any printable character', () => {
    expect(refusalOf({ secretId: '', secretKey: '' })).toMatchObject({
      code: 'ClientError.MissingCredentials',
      message: 'No Tencent Cloud credentials: secretId is empty; secretKey is empty',
    });
    expect(refusalOf({ secretId: 'a!~', secretKey: 'b+/=', token: '' })).toBeUndefined();
  });

  it('are the same only with the same token', () => {
    const key = { secretId: 'a', secretKey: 'b' };
    expect(isSameKey(key, { ...key })).toBe(true);
    expect(isSameKey(key, { ...key, token: 'c' })).toBe(false);
  });

  it('may be fixed', async () => {
    const key = { secretId: 'a', secretKey: 'b' };
    const source = fixedCredentials(key);
    expect(source.description).toBe('a given key');
    expect(await source.get()).toBe(key);
    expect(await source.renew(key)).toBe(key);
  });
});

function refusalOf(key: Credentials): unknown {
  try {
    checkCredentials(key);
    return undefined;
  } catch (error) {
    return error;
  }
}
