import { CommandError } from './errors';
import { EXIT_CODES } from './exit-codes';

const LOCAL_UI = 'http://localhost:8233';
const CLOUD_UI = 'https://cloud.temporal.io';
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;
const TEMPORAL_CLOUD = /\.(tmprl\.cloud|api\.temporal\.io)$/;

/** Where a base URL of the Temporal UI may have been given. */
export interface UiSettings {
  /** Option `--ui`. */
  option: string | undefined;
  /** Variable `PROVISIONING_UI_URL`. */
  variable: string | undefined;
}

/** Returns the page of a workflow in the Temporal UI. */
export function uiLink(baseUrl: string, namespace: string, workflowId: string): string {
  return `${baseUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}

/** Reads the base URL of the Temporal UI where one was given; adds a fault when it is none. */
export function givenUiUrl({ option, variable }: UiSettings, faults: string[]): string | undefined {
  const [name, text] = option === undefined ? ['PROVISIONING_UI_URL', variable?.trim()] : ['--ui', option.trim()];
  if (text === undefined || (text === '' && option === undefined)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isGood = url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  if (!isGood) faults.push(`${name} must be an http or https URL such as https://temporal.example.com, got "${text}"`);
  return text.replace(/\/+$/, '');
}

/**
 * Derives the base URL of the Temporal UI from the server's address.
 *
 * @param address - `host:port`
 * @throws CommandError when only a person can know it
 */
export function uiUrlOf(address: string): string {
  const host = address.replace(/:\d+$/, '');
  if (LOOPBACK.test(host)) return LOCAL_UI;
  if (TEMPORAL_CLOUD.test(host)) return CLOUD_UI;
  const message = `The address ${address} does not tell where the Temporal UI is: set PROVISIONING_UI_URL, or give --ui, e.g. https://temporal.example.com`;
  throw new CommandError(message, EXIT_CODES.badInput, 'UiUnknown');
}
