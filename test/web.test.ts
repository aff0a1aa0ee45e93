import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser } from './doorways/browser.ts';
import { unwrap } from '../src/sdk/index.ts';
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

  const signedIn = async (token = ownerToken, width = 900): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 700 } });
    await page.addInitScript((known) => localStorage.setItem('stint.token', known), token);
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

  const statusOf = async (id: string): Promise<string> =>
    unwrap(await door.client().GET('/api/sessions/{id}', { params: { path: { id } } })).status;

  it('ask before a session is done, by keyboard too, and keep it unless told otherwise', async () => {
    const { id } = await door.startSession({ name: 'to be kept' });
    const page = await signedIn();
    const row = page.getByRole('listitem').filter({ hasText: 'to be kept' });
    await row.getByRole('button', { name: 'Done' }).press('Enter');
    await page.keyboard.press('Enter');
    await row.getByRole('button', { name: 'Pause' }).waitFor();
    await row.getByRole('button', { name: 'Done' }).press('Enter');
    await page.keyboard.press('Escape');
    await row.getByRole('button', { name: 'Pause' }).waitFor();
    expect(await statusOf(id)).toBe('active');
    await page.keyboard.press('Enter');
    await row.getByRole('button', { name: 'End it' }).press('Enter');
    await row.getByText('took').waitFor();
    expect([await statusOf(id), await row.getByRole('button').count()]).toEqual(['completed', 0]);
    await page.close();
  });

  it('offer nothing to a viewer that a viewer may not do', async () => {
    const { id } = await door.startSession({ name: 'another’s' });
    const client = door.client();
    const vi = unwrap(await client.POST('/api/users', { body: { name: 'vi', role: 'viewer' } }));
    const user = { params: { path: { id: vi.id } } };
    const { token } = unwrap(await client.POST('/api/users/{id}/tokens', { ...user, body: { name: 'page' } }));
    const page = await signedIn(door.secret(token));
    await page.getByText('another’s').waitFor();
    expect(await page.locator('main').getByRole('listitem').getByRole('button').count()).toBe(0);
    // What is closed with a change of role is opened again, with the rights of the new one.
    unwrap(await client.PATCH('/api/users/{id}', { ...user, body: { role: 'member' } }));
    await page.getByText('another’s').waitFor({ state: 'detached' });
    expect(await statusOf(id)).toBe('active');
    await page.close();
  });

  it('show what went over its budget, with the alert, also where it was raised before, and fit a small screen', async () => {
    const { id } = await door.startSession({ name: 'a long name that goes on and on', tokenBudget: 100 });
    const use = { params: { path: { id } }, body: { tokensUsed: 106, operation: 'turn' } };
    unwrap(await door.client().POST('/api/sessions/{id}/tokens', use));
    const page = await signedIn(ownerToken, 360);
    const row = page.getByRole('listitem').filter({ hasText: 'a long name' });
    await row.getByText('over its budget').waitFor();
    await row.getByText('106 of 100', { exact: true }).waitFor();
    await row.getByText(/\(106 of 100\) · \d/).waitFor();
    const [bar, numbers] = [
      await row.locator('progress.tokens').boundingBox(),
      await row.locator('.tokens-text').boundingBox(),
    ];
    expect(bar?.y).toBeGreaterThan(numbers?.y ?? Infinity);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.close();
  });
});
