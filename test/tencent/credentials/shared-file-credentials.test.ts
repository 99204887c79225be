import { rmSync } from 'node:fs';
import { join } from 'node:path';

import {
  createSharedFileProvider,
  isSharedFile,
  sharedFilePaths,
} from '../../../src/tencent/credentials/shared-file-credentials';
import { makeHome, type HomeFolder } from './home-folder';

describe('the shared file', () => {
  let home: HomeFolder;
  beforeEach(() => (home = makeHome()));
  afterEach(() => home.remove());

  it('gives the key of its default section', async () => {
    const path = home.write(
      'shared',
      '; mine\n[other]\nsecret_id=x\n[default]\r\nsecret_id = a\r\n# c\nsecret_key=b=c\ntoken = t\n[z]\ntoken=no',
    );
    expect(isSharedFile(path)).toBe(true);
    await expect(createSharedFileProvider(path).issue()).resolves.toEqual({
      secretId: 'a',
      secretKey: 'b=c',
      token: 't',
    });
  });

  it('is read anew each time', async () => {
    const path = home.write('shared', '[default]\nsecret_id = a\nsecret_key = b\n');
    const provider = createSharedFileProvider(path);
    await provider.issue();
    home.write('shared', '[default]\nsecret_id = c\nsecret_key = d\n');
    await expect(provider.issue()).resolves.toEqual({ secretId: 'c', secretKey: 'd' });
    rmSync(path);
    await expect(provider.issue()).rejects.toThrow(`${path} does not exist or has no key under [default]`);
  });

  it.each([
    ['secret_key = hidden', 'has secret_key but no secret_id'],
    ['secret_id = hidden', 'has secret_id but no secret_key'],
  ])('counts with half a key, and refuses it', async (line, fault) => {
    const path = home.write('shared', `[default]\n${line}\n`);
    expect(isSharedFile(path)).toBe(true);
    const { message } = await createSharedFileProvider(path)
      .issue()
      .then(fail, (error: Error) => error);
    expect(message).toBe(`No Tencent Cloud credentials: ${path} ${fault}`);
  });

  it('counts when it cannot be read', async () => {
    expect(isSharedFile(home.path)).toBe(true);
    await expect(createSharedFileProvider(home.path).issue()).rejects.toMatchObject({
      code: 'ClientError.CredentialsUnavailable',
      message: `Cannot read the credentials file ${home.path} (EISDIR)`,
    });
  });

  it('does not count without a key, or below what is no folder', () => {
    expect(isSharedFile(join(home.path, 'none'))).toBe(false);
    expect(isSharedFile('/dev/null/.tencentcloud/credentials')).toBe(false);
    expect(isSharedFile(home.write('shared', '[other]\nsecret_id = a\nsecret_key = b\n'))).toBe(false);
  });

  it('is only where it is named, or else at home or in the system', () => {
    expect(sharedFilePaths({ TENCENTCLOUD_CREDENTIALS_FILE: '/x' }, '/home/me')).toEqual(['/x']);
    expect(sharedFilePaths({ TENCENTCLOUD_CREDENTIALS_FILE: '' }, '/home/me')).toEqual([
      '/home/me/.tencentcloud/credentials',
      '/etc/tencentcloud/credentials',
    ]);
  });
});

function fail(): never {
  throw new Error('nothing was thrown');
}
