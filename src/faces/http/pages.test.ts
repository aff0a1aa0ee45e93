import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { description } from '../../../test/doorways/answers.ts';
import { complaintsOf, noBrowser, openBrowser } from '../../../test/doorways/browser.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

describe('the description of the API', () => {
  it('is the committed one, without a token, as JSON and as YAML', async () => {
    const json = await door.request('GET', '/openapi.json', { token: '' });
    expect([json.status, json.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(json.body).toEqual(description);
    const yaml = await door.request('GET', '/openapi.yaml', { token: '' });
    expect([yaml.status, yaml.headers.get('content-type')]).toEqual([200, 'application/yaml; charset=utf-8']);
    expect(yaml.body).toContain('openapi: 3.1.0');
  });
});

describe('the pages', () => {
  it('are there without a token, and have nothing of a user in them', async () => {
    const { id } = await door.startSession({ name: 'a secret name' });
    for (const path of ['/ui/', '/sign-in', '/docs', '/docs/', '/ui/sessions.js', '/ui/style.css', '/ui/icon.svg']) {
      const { status, body } = await door.request('GET', path, { token: '' });
      expect([path, status]).toEqual([path, 200]);
      for (const secret of ['a secret name', id, ownerToken]) expect(String(body)).not.toContain(secret);
    }
  });

  it('begin at /ui/', async () => {
    const { status, headers } = await door.request('GET', '/', { token: '' });
    expect([status, headers.get('location')]).toEqual([302, '/ui/']);
  });
});

describe.skipIf(noBrowser)(noBrowser ? `in a browser (${noBrowser})` : 'in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser.close());

  it('/docs shows every operation and keeps to its policy', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page, door.url);
    await page.goto(`${door.url}/docs`);
    await page.locator('.opblock').first().waitFor();
    const shown = await page.locator('.opblock').count();
    const described = Object.values(description.paths).flatMap((operations) => Object.keys(operations));
    expect(shown).toBe(described.length);
    // One that is opened shows its parameters and answers.
    await page.locator('#operations-timer-listSessions .opblock-summary').click();
    await page.locator('#operations-timer-listSessions .parameters').first().waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('a sign-in link leads to the sessions, and keeps to their policy', async () => {
    await door.startSession({ name: 'seen in a browser' });
    const page = await browser.newPage();
    const complaints = complaintsOf(page, door.url);
    const link = door.serving.newSignInLink();
    door.secret(new URL(link).hash.slice(1));
    await page.goto(link);
    await page.waitForURL(`${door.url}/ui/`);
    await page.getByText('seen in a browser').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    const token = await page.evaluate(() => localStorage.getItem('stint.token'));
    door.secret(String(token));
    expect(complaints).toEqual([]);
    // The link is spent.
    await page.evaluate(() => localStorage.clear());
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByText('was used or has expired').waitFor();
    await page.close();
  });
});
