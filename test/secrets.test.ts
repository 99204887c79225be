import { createSecrets } from '../src/secrets';

test('secrets of the environment and those added are hidden wherever they stand', () => {
  const secrets = createSecrets({ TENCENTCLOUD_SECRET_ID: 'AKID1 ', TEMPORAL_API_KEY: 'api-key', PATH: '/bin' });
  secrets.add('secret-2', undefined, '');
  expect(secrets.hide('AKID1 api-key-secret-2 /bin AKID1')).toBe('… …-… /bin …');
});
