import { Client } from '@temporalio/client';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

import { ProvisioningClient, workflowId } from '../../src/client';
import { createDataConverter, parseEncryptionKeys } from '../../src/encryption';
import { startCodecServer, type CodecServer } from '../../src/encryption/codec-server';
import { createWorld, type World } from '../e2e/world';
import { findChromium } from '../support/chromium';
import { payloadsIn, rawRecordsOf } from '../support/raw-records';
import { until } from '../support/until';

const executablePath = findChromium();
if (executablePath === undefined) {
  process.stderr.write('Skipping the Temporal UI with encryption: no Chromium on PATH or in CHROMIUM_PATH\n');
}
const describeWithBrowser = executablePath === undefined ? describe.skip : describe;

const ZONE = 'z-demo';
const KEYS = `2026-01-31:${Buffer.alloc(32, 1).toString('base64')}`;
const TOKEN = 'token-of-the-codec-server';
const WORDS = {
  requester: 'Grace Hopper',
  note: 'joiners of the quarter',
  failure: 'the mailbox is full',
  pause: 'the key is being changed',
};

describeWithBrowser('the Temporal UI, of encrypted follows,', () => {
  let world: World;
  let client: ProvisioningClient;
  let codecServer: CodecServer;
  let browser: Browser;
  let page: Page;
  const refusals: string[] = [];

  beforeAll(async () => {
    world = await createWorld({ withUi: true });
    await world.startWorker({ PROVISIONING_ENCRYPTION_KEYS: KEYS });
    const encryption = parseEncryptionKeys(KEYS);
    client = new ProvisioningClient(
      new Client({ connection: world.connection, dataConverter: createDataConverter(encryption) }),
    );
    const { origin } = new URL(world.server.uiUrl ?? '');
    codecServer = await startCodecServer(
      { encryption, address: { host: '127.0.0.1', port: 0 }, token: TOKEN, corsOrigins: [origin] },
      { onRefusal: (line) => refusals.push(line) },
    );
    world.emulator.setTask(ZONE, 't-failed', { answers: [{ status: 'Failed', failureReason: WORDS.failure }] });
    world.emulator.setTask(ZONE, 't-running', { answers: [{ status: 'InProgress' }] });
    for (const taskId of ['t-failed', 't-running']) {
      await client.follow({ zoneId: ZONE, taskId, requestedBy: WORDS.requester, note: WORDS.note });
    }
    await client.waitForOutcome(ZONE, 't-failed', { timeoutMs: 30_000 });
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      // The browser's own services would call home.
      args: ['--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 960 } });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
  }, 90_000);

  afterAll(async () => {
    await browser.close();
    await codecServer.close();
    await world.close();
  });

  async function openFollow(taskId: string): Promise<void> {
    const id = workflowId(ZONE, taskId);
    await page.goto(`${world.server.uiUrl}/namespaces/default/workflows/${encodeURIComponent(id)}`);
    await page.getByRole('heading', { name: id }).waitFor();
  }

  const box = (name: string): Locator => page.getByRole('textbox', { name });

  test('shows only ciphertext by itself', async () => {
    await openFollow('t-failed');
    await box('Result').getByText('"message": "Encoded failure"').waitFor();
    await page.getByRole('tab', { name: 'Memo' }).click();
    await box('Memo').getByText('"requestedBy"').waitFor();
    const shown = await page.locator('body').innerText();
    expect(Object.values(WORDS).filter((words) => shown.includes(words))).toEqual([]);
  });

  test('shows everything through the codec server, once the browser has signed in there', async () => {
    const signIn = await page.context().newPage();
    await signIn.goto(codecServer.url.replace('://', `://me:${TOKEN}@`));
    await signIn.getByRole('heading', { name: 'You are signed in to the codec server' }).waitFor();
    await signIn.close();

    await page.getByRole('button', { name: 'Configure Codec Server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Codec Server' });
    await dialog.getByText('Use my browser setting').click();
    await dialog.getByRole('textbox', { name: 'Codec Server browser endpoint' }).fill(codecServer.url);
    await dialog.getByText('Include cross-origin credentials').click();
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await dialog.waitFor({ state: 'hidden' });

    await openFollow('t-failed');
    await allVisible(
      box('Input').getByText(`"requestedBy": "${WORDS.requester}"`),
      box('Result').getByText(`"message": "Task t-failed of zone ${ZONE} failed: ${WORDS.failure}"`),
    );
    await page.getByRole('tab', { name: 'Memo' }).click();
    await box('Memo').getByText(`"note": "${WORDS.note}"`).waitFor();
    await page.getByRole('tab', { name: 'User Metadata' }).click();
    const frame = (name: string): Locator => page.frameLocator(`#user-metadata-${name}`).locator('body');
    await allVisible(
      frame('summary').getByText(`requested by ${WORDS.requester}`),
      frame('current-details').getByText(`reason: ${WORDS.failure}`),
    );
    expect(refusals).toEqual([]);
  });

  test('has what is sent from there encrypted', async () => {
    await openFollow('t-running');
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByRole('menuitem', { name: 'Send a Signal' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send a Signal' });
    await dialog.getByRole('button', { name: 'Select a signal' }).click();
    await page.getByRole('option', { name: /^pause/ }).click();
    await dialog
      .getByRole('textbox')
      .last()
      .fill(JSON.stringify({ reason: WORDS.pause }));
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await until('it is paused', async () => (await client.status(ZONE, 't-running')).pausedReason === WORDS.pause);
    const { events } = await rawRecordsOf(world.connection, workflowId(ZONE, 't-running'));
    const signals = events.filter((event) => event.workflowExecutionSignaledEventAttributes);
    expect(payloadsIn(signals).map(({ encoding, keyId }) => [encoding, keyId])).toEqual([
      ['binary/encrypted', '2026-01-31'],
    ]);
  });
});

async function allVisible(...locators: Locator[]): Promise<void> {
  await Promise.all(locators.map((locator) => locator.waitFor()));
}
