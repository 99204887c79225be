import {
  createEnvironmentProvider,
  isEnvironmentConfigured,
} from '../../../src/tencent/credentials/environment-credentials';
import { makeHome, type HomeFolder } from './home-folder';

const KEY = { TENCENTCLOUD_SECRET_ID: 'id', TENCENTCLOUD_SECRET_KEY: ' key\n' };

describe('the environment', () => {
  let home: HomeFolder;
  beforeEach(() => (home = makeHome()));
  afterEach(() => home.remove());

  it.each(['TENCENTCLOUD_SESSION_TOKEN', 'TENCENTCLOUD_TOKEN', 'TENCENTCLOUD_SECURITY_TOKEN'])(
    'gives a key with the token of %s, or of its file',
    async (name) => {
      const key = { secretId: 'id', secretKey: 'key', token: 'tok' };
      await expect(createEnvironmentProvider({ ...KEY, [name]: 'tok' }).issue()).resolves.toEqual(key);
      const path = home.write('token', 'tok\n');
      await expect(createEnvironmentProvider({ ...KEY, [`${name}_FILE`]: path }).issue()).resolves.toEqual(key);
    },
  );

  it('prefers the first of the names of the token', async () => {
    const env = { ...KEY, TENCENTCLOUD_SECURITY_TOKEN: 'c', TENCENTCLOUD_TOKEN: 'b' };
    await expect(createEnvironmentProvider(env).issue()).resolves.toMatchObject({ token: 'b' });
  });

  it('gives a key without a token', async () => {
    await expect(createEnvironmentProvider(KEY).issue()).resolves.toEqual({ secretId: 'id', secretKey: 'key' });
  });

  it('reads mounted secrets anew each time', async () => {
    const env = {
      TENCENTCLOUD_SECRET_ID_FILE: home.write('id', ' a\n'),
      TENCENTCLOUD_SECRET_KEY_FILE: home.write('key', 'b\r\n'),
    };
    const provider = createEnvironmentProvider(env);
    await expect(provider.issue()).resolves.toEqual({ secretId: 'a', secretKey: 'b' });
    home.write('key', 'c');
    await expect(provider.issue()).resolves.toEqual({ secretId: 'a', secretKey: 'c' });
  });

  it('does not tell a key that was put where its path belongs', async () => {
    const env = { TENCENTCLOUD_SECRET_ID: 'id', TENCENTCLOUD_SECRET_KEY_FILE: 'TheKeyItself' };
    await expect(createEnvironmentProvider(env).issue()).rejects.toMatchObject({
      code: 'ClientError.MissingCredentials',
      message: 'No Tencent Cloud credentials: TENCENTCLOUD_SECRET_KEY_FILE must be the absolute path of a file',
    });
  });

  it('refuses a variable beside that of its file', async () => {
    const env = { ...KEY, TENCENTCLOUD_SECRET_KEY_FILE: '/x' };
    await expect(createEnvironmentProvider(env).issue()).rejects.toMatchObject({
      code: 'ClientError.MissingCredentials',
      message: 'No Tencent Cloud credentials: set only one of TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_SECRET_KEY_FILE',
    });
  });

  it('names variable and path of a file that cannot be read, or is empty', async () => {
    const env = { TENCENTCLOUD_SECRET_ID: 'id', TENCENTCLOUD_SECRET_KEY_FILE: home.path };
    await expect(createEnvironmentProvider(env).issue()).rejects.toMatchObject({
      code: 'ClientError.CredentialsUnavailable',
      message: `Cannot read the file of TENCENTCLOUD_SECRET_KEY_FILE ${home.path} (EISDIR)`,
    });
    const path = home.write('empty', '\n');
    await expect(createEnvironmentProvider({ ...env, TENCENTCLOUD_SECRET_KEY_FILE: path }).issue()).rejects.toThrow(
      `${path}, the file of TENCENTCLOUD_SECRET_KEY_FILE, is empty`,
    );
  });

  it.each([
    [{ TENCENTCLOUD_SECRET_ID: 'id' }, 'has TENCENTCLOUD_SECRET_ID but no TENCENTCLOUD_SECRET_KEY'],
    [
      { TENCENTCLOUD_SECRET_KEY: 'k', TENCENTCLOUD_SECRET_ID: ' ' },
      'has TENCENTCLOUD_SECRET_KEY but no TENCENTCLOUD_SECRET_ID',
    ],
  ])('refuses half a key', async (env, message) => {
    expect(isEnvironmentConfigured(env)).toBe(true);
    await expect(createEnvironmentProvider(env).issue()).rejects.toThrow(message);
  });

  it('is not configured by empty variables, nor by a token alone', () => {
    expect(isEnvironmentConfigured({ TENCENTCLOUD_SECRET_ID: '', TENCENTCLOUD_SECRET_KEY: ' ' })).toBe(false);
    expect(isEnvironmentConfigured({ TENCENTCLOUD_TOKEN: 't' })).toBe(false);
  });
});
