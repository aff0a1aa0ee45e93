import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Why no page can be opened on this machine; undefined when one can. In CI the browser has to be there. */
export const noBrowser = existsSync(executablePath) || process.env['CI'] ? undefined : `needs ${executablePath}`;

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });

/** What a page complains of: errors, refusals of its own policy among them, and requests that leave the server. */
export const complaintsOf = (page: Page, url: string): string[] => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== url) complaints.push(`a request to ${request.url()}`);
  });
  return complaints;
};
