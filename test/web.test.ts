import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser } from './doorways/browser.ts';
import { Doorway, ownerToken } from './doorways/doorway.ts';

describe.skipIf(noBrowser)(noBrowser ? `the pages in a browser (${noBrowser})` : 'the pages in a browser', () => {
  let door: Doorway;
  let browser: Browser;

  beforeAll(async () => {
    door = await Doorway.open();
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await door.close();
  });

  const signedIn = async (): Promise<Page> => {
    const page = await browser.newPage();
    await page.addInitScript((token) => localStorage.setItem('stint.token', token), ownerToken);
    await page.goto(`${door.url}/ui/`);
    await page.getByText('live', { exact: true }).waitFor();
    return page;
  };
  const newLink = (): string => {
    const link = door.serving.newSignInLink();
    door.secret(new URL(link).hash.slice(1));
    return link;
  };

  it('show all that is open, however old, and no longer what was deleted, and new names', async () => {
    const client = door.client();
    const old = await door.startSession({ name: 'open since long ago' });
    const path = { id: old.id };
    for (let i = 0; i < 51; i += 1) {
      const { id } = await door.startSession({ name: `done ${i}` });
      await client.PATCH('/api/sessions/{id}', { params: { path: { id } }, body: { status: 'completed' } });
      if (i === 50) path.id = id;
    }
    const page = await signedIn();
    await page.getByText('open since long ago').waitFor();
    await page.getByText('done 50').waitFor();
    expect(await page.getByText('and 1 older ones').isVisible()).toBe(true);
    await client.DELETE('/api/sessions/{id}', { params: { path } });
    await client.PATCH('/api/sessions/{id}', { params: { path: { id: old.id } }, body: { name: 'called anew' } });
    // One that starts makes the page ask for all again.
    await door.startSession({ name: 'just begun' });
    await page.getByText('just begun').waitFor();
    await page.getByText('called anew').waitFor();
    expect(await page.getByText('done 50').count()).toBe(0);
    expect(await page.locator('#sessions .name').first().textContent()).toBe('just begun');
    await page.close();
  });

  it('take a link that is pasted where the sign-in page is already shown, and a used one of who is signed in', async () => {
    const page = await browser.newPage();
    await page.goto(`${door.url}/sign-in`);
    await page.getByText('Get a sign-in link').waitFor();
    const link = newLink();
    await page.goto(link);
    await page.waitForURL(`${door.url}/ui/`);
    door.secret(String(await page.evaluate(() => localStorage.getItem('stint.token'))));
    await page.goto(link);
    await page.waitForURL(`${door.url}/ui/`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.close();
  });
});
