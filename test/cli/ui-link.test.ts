import { givenUiUrl, uiLink, uiUrlOf } from '../../src/cli/ui-link';

test('links to the page of a workflow', () => {
  expect(uiLink('https://ui', 'name space', 'provisioning-task/z-1/部')).toBe(
    'https://ui/namespaces/name%20space/workflows/provisioning-task%2Fz-1%2F%E9%83%A8',
  );
});

test.each([
  ['localhost:7233', 'http://localhost:8233'],
  ['127.0.0.1:54321', 'http://localhost:8233'],
  ['[::1]:7233', 'http://localhost:8233'],
  ['prod.a1b2c.tmprl.cloud:7233', 'https://cloud.temporal.io'],
  ['us-east-1.aws.api.temporal.io:7233', 'https://cloud.temporal.io'],
])('the address %s tells the UI', (address, url) => {
  expect(uiUrlOf(address)).toBe(url);
});

test.each(['temporal:7233', 'localhost.example.com:7233', 'tmprl.cloud.example.com:7233'])(
  'the address %s does not',
  (address) => {
    expect(() => uiUrlOf(address)).toThrow(
      `The address ${address} does not tell where the Temporal UI is: set PROVISIONING_UI_URL, or give --ui, e.g. https://temporal.example.com`,
    );
  },
);

test.each([
  [{ option: 'https://a/ui/', variable: 'https://b' }, 'https://a/ui'],
  [{ option: undefined, variable: ' http://b:8080 ' }, 'http://b:8080'],
  [{ option: undefined, variable: '' }, undefined],
  [{ option: undefined, variable: undefined }, undefined],
])('the option comes before the variable: %j', (settings, url) => {
  const faults: string[] = [];
  expect(givenUiUrl(settings, faults)).toBe(url);
  expect(faults).toEqual([]);
});

test.each([
  [{ option: 'ui.example.com', variable: undefined }, '--ui', 'ui.example.com'],
  [{ option: undefined, variable: 'ftp://x' }, 'PROVISIONING_UI_URL', 'ftp://x'],
  [{ option: '', variable: 'https://b' }, '--ui', ''],
])('refuses what is no URL: %j', (settings, name, text) => {
  const faults: string[] = [];
  givenUiUrl(settings, faults);
  expect(faults).toEqual([`${name} must be an http or https URL such as https://temporal.example.com, got "${text}"`]);
});
