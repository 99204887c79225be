import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';

import { workflowId } from '../../src/client';
import { createWorld, type World } from '../e2e/world';
import { findChromium } from '../support/chromium';
import { root } from '../support/project';
import { until } from '../support/until';

const executablePath = findChromium();
if (executablePath === undefined) {
  process.stderr.write('Skipping the Temporal UI: no Chromium on PATH or in CHROMIUM_PATH\n');
}
const testWithBrowser = executablePath === undefined ? test.skip : test;

const isUpdating = process.env.UPDATE_SCREENSHOTS === 'true';

const ZONE = 'z-demo';
const ERROR_CODE = 'AuthFailure.UnauthorizedOperation';
const FAILURE_REASON = 'Deployment failed: user u-1 has no e-mail address';

/** Handlers that the UI offers: the name, and how the description begins. */
type Handlers = readonly (readonly [name: string, description: string])[];

const SIGNALS: Handlers = [
  ['pollNow', 'Ask the cloud now instead of at the next scheduled poll'],
  ['pause', 'Stop polling until resume'],
  ['resume', 'Go on after a pause'],
  ['taskChanged', 'The task has ended, says somebody outside'],
];
const UPDATES: Handlers = [
  ['checkNow', 'Ask the cloud now and answer what it said'],
  ['setPolling', 'Change the pace at once'],
  ['extendDeadline', 'Move the deadline to a later instant'],
  ['resolve', 'Declare the result when the cloud has forgotten the task'],
];
const STATUS_QUERY: Handlers = [['status', 'The follow as it stands']];

describe('the Temporal UI', () => {
  let world: World;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let uiUrl: string;
  let screenshots: string;
  const hosts = new Set<string>();

  beforeAll(async () => {
    screenshots = isUpdating ? path.join(root, 'docs', 'ui') : await mkdtemp(path.join(tmpdir(), 'temporal-ui-'));
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      // The browser's own services would call home.
      args: ['--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
    });
    world = await createWorld({ withUi: true });
    uiUrl = world.server.uiUrl ?? '';
    await world.startWorker();
    await startFollows(world);

    context = await browser.newContext({ viewport: { width: 1280, height: 960 } });
    context.setDefaultTimeout(15_000);
    context.on('request', (request) => hosts.add(new URL(request.url()).host));
    // As an operator would, once for all pages: the browser remembers both.
    page = await context.newPage();
    await page.goto(`${uiUrl}/namespaces/default/workflows`);
    await page.getByRole('button', { name: 'Collapse Navigation' }).click();
    await page.getByRole('button', { name: 'Configure Columns' }).click();
    for (const name of [
      ...['Remove Run ID column', 'Remove Type column', 'Remove End column'],
      ...['Add ProvisioningPhase column', 'Add ProvisioningErrorCode column'],
    ]) {
      await page.getByRole('button', { name }).click();
    }
    await page.getByRole('button', { name: 'Close Workflows Table configuration' }).click();
    await page.getByRole('heading', { name: 'Configure Workflows Table' }).waitFor({ state: 'hidden' });
    await page.close();
  });

  beforeEach(async () => {
    page = await context.newPage();
  });

  afterEach(() => page.close());

  afterEach(() => expect([...hosts]).toEqual([new URL(uiUrl).host]));

  afterAll(async () => {
    await browser.close();
    await world.close();
    if (!isUpdating) await rm(screenshots, { recursive: true });
  });

  const takeScreenshot = (name: string): Promise<Buffer> =>
    page.screenshot({ path: path.join(screenshots, `${name}.png`), animations: 'disabled' });

  async function openFollow(taskId: string): Promise<void> {
    await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId(ZONE, taskId))}`);
    await page.getByRole('heading', { name: workflowId(ZONE, taskId) }).waitFor();
  }

  async function openTab(name: string): Promise<void> {
    await page.getByRole('tab', { name }).click();
  }

  async function readJson(textbox: string, field: string): Promise<unknown> {
    return JSON.parse(await page.getByRole('textbox', { name: textbox }).filter({ hasText: field }).innerText());
  }

  async function offers(handlers: Handlers): Promise<void> {
    await allVisible(...handlers.map((handler) => page.getByRole('option', { name: handler.join(' ') })));
  }

  async function listedFollows(): Promise<string[][]> {
    const rows = page.getByRole('table', { name: 'Workflows' }).getByRole('row');
    await rows.filter({ hasText: workflowId(ZONE, 't-blocked') }).waitFor();
    const cells = await Promise.all((await rows.all()).slice(1).map((row) => row.getByRole('cell').allInnerTexts()));
    return cells.map(([, , status = '', id = '', , phase = '', code = '']) => [status, id, phase, code]).sort();
  }

  const BLOCKED = ['RUNNING', workflowId(ZONE, 't-blocked'), 'Blocked', ERROR_CODE];

  testWithBrowser('lists the follows, with phase and error code in columns of their own', async () => {
    await page.goto(`${uiUrl}/namespaces/default/workflows`);
    await expect(listedFollows()).resolves.toEqual([
      ['FAILED', workflowId(ZONE, 't-failed'), 'Failed', ''],
      BLOCKED,
      ['RUNNING', workflowId(ZONE, 't-running'), 'Polling', ''],
    ]);
    await takeScreenshot('workflow-list');
  });

  testWithBrowser('lists only the blocked follows where the query asks for them', async () => {
    await page.goto(`${uiUrl}/namespaces/default/workflows?query=${encodeURIComponent('ProvisioningPhase="Blocked"')}`);
    await expect(listedFollows()).resolves.toEqual([BLOCKED]);
  });

  testWithBrowser('shows what blocks a follow, and what to do', async () => {
    await openFollow('t-blocked');
    await openTab('User Metadata');
    const summary = page.frameLocator('#user-metadata-summary');
    const details = page.frameLocator('#user-metadata-current-details');
    await allVisible(
      summary.getByText(`zone ${ZONE} task t-blocked, requested by onboarding`, { exact: true }),
      details.locator('strong', { hasText: 'Blocked' }),
      details.locator('code', { hasText: ERROR_CODE }),
      details.getByText(/Grant organization:GetProvisioningTaskStatus on resource \* .*signal resume/),
    );
    await takeScreenshot('blocked-follow');

    await openTab('Search Attributes');
    await expect(readJson('Search Attributes', 'ProvisioningPhase')).resolves.toMatchObject({
      ProvisioningZoneId: ZONE,
      ProvisioningTaskId: 't-blocked',
      ProvisioningPhase: 'Blocked',
      ProvisioningErrorCode: ERROR_CODE,
    });

    await openTab('Memo');
    await expect(readJson('Memo', 'requestedBy')).resolves.toMatchObject({
      fields: { requestedBy: 'onboarding', note: 'Joiners of the quarter' },
    });
  });

  testWithBrowser('describes what can be asked of a follow', async () => {
    await openFollow('t-blocked');
    for (const [menuItem, picker, handlers] of [
      ['Send a Signal', 'Select a signal', SIGNALS],
      ['Send an Update', 'Select an Update', UPDATES],
    ] as const) {
      await page.getByRole('button', { name: 'More Actions' }).click();
      await page.getByRole('menuitem', { name: menuItem }).click();
      const dialog = page.getByRole('dialog', { name: menuItem });
      await dialog.getByRole('button', { name: picker }).click();
      await offers(handlers);
      // The other button of that name lies under the open list.
      await dialog.getByRole('button', { name: 'Cancel' }).first().click();
    }
    await openTab('Queries');
    await page.getByRole('main').getByRole('button', { name: 'status' }).click();
    await offers(STATUS_QUERY);
  });

  testWithBrowser('shows how a failed follow ended', async () => {
    await openFollow('t-failed');
    const result = page.getByRole('textbox', { name: 'Result' });
    await allVisible(
      page.getByRole('status').getByText('Failed'),
      result.getByText(`"message": "Task t-failed of zone ${ZONE} failed: ${FAILURE_REASON}"`),
      result.getByText('"type": "ProvisioningFailed"'),
    );
    await takeScreenshot('failed-follow');
  });
});

/** Starts one follow that is blocked, one that fails and one that goes on, and waits until the server lists them so. */
async function startFollows({ client, emulator, temporal }: World): Promise<void> {
  const message = 'You are not authorized to perform this operation.';
  emulator.setTask(ZONE, 't-running', { answers: [{ status: 'InProgress' }] });
  emulator.setTask(ZONE, 't-blocked', { answers: [{ error: { code: ERROR_CODE, message } }] });
  emulator.setTask(ZONE, 't-failed', { answers: [{ status: 'Failed', failureReason: FAILURE_REASON }] });
  for (const taskId of ['t-running', 't-blocked', 't-failed']) {
    await client.follow({ zoneId: ZONE, taskId, requestedBy: 'onboarding', note: 'Joiners of the quarter' });
  }
  await until('the follows are listed as they stand', async () => {
    const counts = ['Polling', 'Blocked', 'Failed'].map((phase) =>
      temporal.workflow.count(`ProvisioningPhase="${phase}"`),
    );
    return (await Promise.all(counts)).every(({ count }) => count === 1);
  });
}

async function allVisible(...locators: Locator[]): Promise<void> {
  await Promise.all(locators.map((locator) => locator.waitFor()));
}
