import { ConfigurationError } from '../../src/config/configuration-error';
import { itemsFolderOf } from '../../src/config/items-folder';

describe('the folder of item files', () => {
  test.each([
    ['lies in the home folder when none is set', {}, '/home/me/.provisioning/items'],
    ['does so too when the variable is empty', { PROVISIONING_ITEMS_FOLDER: ' ' }, '/home/me/.provisioning/items'],
    ['is the one that is set', { PROVISIONING_ITEMS_FOLDER: '/srv/items' }, '/srv/items'],
  ])('%s', (_, env, folder) => {
    expect(itemsFolderOf(env, '/home/me')).toBe(folder);
  });

  test.each(['items', './items', '~/items'])('must be an absolute path, not %s', (folder) => {
    const find = (): string => itemsFolderOf({ PROVISIONING_ITEMS_FOLDER: folder }, '/home/me');
    expect(find).toThrow(ConfigurationError);
    expect(find).toThrow(`PROVISIONING_ITEMS_FOLDER must be an absolute path, got "${folder}"`);
  });
});
