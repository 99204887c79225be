import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  checkCredentials,
  createCredentialSource,
  credentialsFromEnvironment,
  findCredentials,
  MissingCredentialsError,
} from '../../src/tencent';

const KEY = { TENCENTCLOUD_SECRET_ID: 'id', TENCENTCLOUD_SECRET_KEY: ' key\n' };
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'credentials-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function writeShared(text: string): void {
  mkdirSync(join(home, '.tencentcloud'));
  writeFileSync(join(home, '.tencentcloud', 'credentials'), text);
}

describe('credentials', () => {
  it.each(['TENCENTCLOUD_SESSION_TOKEN', 'TENCENTCLOUD_TOKEN', 'TENCENTCLOUD_SECURITY_TOKEN'])('reads %s', (name) => {
    expect(credentialsFromEnvironment({ ...KEY, [name]: 'tok' })).toEqual({
      secretId: 'id',
      secretKey: 'key',
      token: 'tok',
    });
  });

  it('has no token when none is set', () => {
    expect(credentialsFromEnvironment(KEY)).toEqual({ secretId: 'id', secretKey: 'key' });
    expect(credentialsFromEnvironment({})).toBeUndefined();
  });

  it('refuses half a key instead of turning to another identity', () => {
    writeShared('[default]\nsecret_id = a\nsecret_key = b\n');
    expect(() => findCredentials({ TENCENTCLOUD_SECRET_ID: 'id' }, home)).toThrow(
      /environment has TENCENTCLOUD_SECRET_ID but no TENCENTCLOUD_SECRET_KEY/,
    );
  });

  it('prefers the environment to the shared file', () => {
    writeShared('[default]\nsecret_id = a\nsecret_key = b\n');
    expect(findCredentials(KEY, home)).toEqual({ secretId: 'id', secretKey: 'key' });
  });

  it('reads the default section of the shared file', () => {
    writeShared(
      '; mine\n[other]\nsecret_id=x\n[default]\r\nsecret_id = a\r\n# c\nsecret_key=b=c\ntoken = t\n[z]\ntoken=no',
    );
    expect(findCredentials({}, home)).toEqual({ secretId: 'a', secretKey: 'b=c', token: 't' });
  });

  it('reads only the file that is named', async () => {
    writeShared('[default]\nsecret_id = a\nsecret_key = b\n');
    const path = join(home, 'other');
    const source = createCredentialSource({ TENCENTCLOUD_CREDENTIALS_FILE: path }, home);
    await expect(source()).rejects.toThrow(MissingCredentialsError);
    writeFileSync(path, '[default]\nsecret_id = c\nsecret_key = d\n');
    await expect(source()).resolves.toEqual({ secretId: 'c', secretKey: 'd' });
    writeFileSync(path, '[default]\nsecret_key = hidden\n');
    await expect(source()).rejects.toThrow(`${path} has secret_key but no secret_id`);
  });

  it('names every source that was tried', async () => {
    const error = await createCredentialSource({}, home)().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ClientError.MissingCredentials', errorClass: 'auth' });
    const { message } = error as Error;
    for (const name of ['TENCENTCLOUD_SECRET_ID', join(home, '.tencentcloud'), '/etc/tencentcloud/credentials']) {
      expect(message).toContain(name);
    }
  });

  it('tells an unreadable file from a missing one', () => {
    expect(() => findCredentials({ TENCENTCLOUD_CREDENTIALS_FILE: home }, home)).toThrow(
      `Cannot read the credentials file ${home}`,
    );
  });

  it.each([
    [{ secretId: 'AKID…x', secretKey: 'b' }, 'secretId'],
    [{ secretId: 'a', secretKey: 'b b' }, 'secretKey'],
    [{ secretId: 'a', secretKey: 'b\u00a0', token: 'c\nd' }, 'secretKey and token'],
  ])('refuses what no request can carry, naming the field but not its value: %j', (credentials, fields) => {
    const refused = catchError(() => checkCredentials(credentials));
    expect(refused).toMatchObject({
      code: 'ClientError.MalformedCredentials',
      errorClass: 'auth',
      message: `The credentials are damaged: white space or characters outside ASCII in ${fields}. Copy them again`,
    });
  });

  it('refuses empty parts of a key, and takes any printable one', () => {
    expect(catchError(() => checkCredentials({ secretId: '', secretKey: '' }))).toMatchObject({
      code: 'ClientError.MissingCredentials',
      message: 'No Tencent Cloud credentials: secretId is empty; secretKey is empty',
    });
    expect(() => checkCredentials({ secretId: 'a!~', secretKey: 'b+/=', token: '' })).not.toThrow();
  });

  it('checks what a source found', async () => {
    const source = createCredentialSource({ TENCENTCLOUD_SECRET_ID: 'AKID…', TENCENTCLOUD_SECRET_KEY: 'key' }, home);
    await expect(source()).rejects.toMatchObject({ code: 'ClientError.MalformedCredentials' });
  });
});

function catchError(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
