import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawPage } from '../../src/html/page.ts';
import { CHROMIUM, openPage, startBrowser } from '../support/browser.ts';
import { HOSTILE, hostileReport } from '../support/hostile.ts';
import {
  countUnreachable,
  describeDrawings,
  openAll,
  poorContrast,
  redOfBackground,
  widestWidth,
} from '../support/in-page.mjs';
import { fullReport } from '../support/page.ts';

const reason = CHROMIUM === undefined ? ' (skipped: chromium is not installed)' : '';

describe.skipIf(CHROMIUM === undefined)(`the page in a browser${reason}`, () => {
  let browser: Browser;
  let markup: string;

  beforeAll(async () => {
    browser = await startBrowser();
    markup = await drawPage({ report: fullReport(), pricing: { pricePerHour: 2.5, inferencesPerDay: 1e6 } });
  });
  afterAll(async () => {
    await browser?.close();
  });

  test('nothing is requested but the page itself, and nothing is complained about', async () => {
    const { url, requests, complaints, page } = await openPage(browser, markup);
    await page.evaluate(openAll);
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
  });

  test('hostile names run nothing, load nothing and break no element', async () => {
    const hostile = await drawPage({
      report: hostileReport(),
      validation: { rollout: HOSTILE.map((name) => ({ [name]: name })) },
    });
    const { url, requests, complaints, page } = await openPage(browser, hostile);
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    expect(await page.$$eval('script, img, iframe, [onerror]', (found) => found.length)).toBe(0);
    expect(await page.$$eval('main > section > h2', (found) => found.length)).toBe(12);
  });

  test.each(['light', 'dark'])('all text has a contrast of at least 4.5 in %s', async (scheme) => {
    const { page } = await openPage(browser, markup);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const poor = await page.evaluate(poorContrast);
    expect(poor).toEqual([]);
    expect((await page.evaluate(redOfBackground)) > 128).toBe(scheme === 'light');
    const picture = await page.screenshot({ fullPage: true });
    expect(picture.length).toBeGreaterThan(50_000);
  });

  test('each drawing has a name, a description and a table with the same', async () => {
    const { page } = await openPage(browser, markup);
    const drawings = await page.evaluate(describeDrawings);
    expect(drawings.length).toBeGreaterThanOrEqual(7);
    for (const { name, description, rows, isSeen } of drawings) {
      expect(name).toMatch(/\S/);
      expect(description).toMatch(/\S/);
      expect(rows).toBeGreaterThan(0);
      expect(isSeen).toBe(true);
    }
  });

  test.each([360, 900, 1600])('nothing is wider than a window of %i', async (width) => {
    for (const each of [markup, await drawPage({ report: hostileReport() })]) {
      const { page } = await openPage(browser, each, width);
      expect(await page.evaluate(widestWidth)).toBeLessThanOrEqual(width);
    }
  });

  test('everything that opens and scrolls can be reached with the keyboard', async () => {
    const { page } = await openPage(browser, markup, 360);
    expect(await page.evaluate(countUnreachable)).toBe(0);
  });

  test('it prints, with drawings no wider than the paper', async () => {
    const { page } = await openPage(browser, markup);
    const pdf = await page.pdf({ format: 'A4' });
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    await page.emulateMediaType('print');
    await page.setViewport({ width: 794, height: 1123 });
    expect(await page.evaluate(widestWidth)).toBeLessThanOrEqual(794);
  });
});
