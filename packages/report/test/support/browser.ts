import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { onTestFinished } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Chromium on the path of this process; undefined where none is installed. */
export const CHROMIUM = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** A page that is open in a browser, with all that it asked for and complained about. */
export interface OpenPage {
  readonly page: Page;
  readonly url: string;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

/** Starts a browser that knows no profile and no network of its own. */
export async function startBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('chromium is not installed');
  return launch({
    executablePath: CHROMIUM,
    // The sandbox of Chromium does not start for the administrator, as tests in containers run.
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
}

/** Opens markup as a file, as people open a report. */
export async function openPage(browser: Browser, markup: string, width = 900): Promise<OpenPage> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-report-'));
  const file = join(folder, 'report.html');
  await writeFile(file, markup);
  const page = await browser.newPage();
  onTestFinished(async () => {
    await page.close();
    await rm(folder, { recursive: true, force: true });
  });
  const [requests, complaints]: [string[], string[]] = [[], []];
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    requests.push(request.url());
    void request.continue();
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.setViewport({ width, height: 900 });
  const url = pathToFileURL(file).href;
  await page.goto(url, { waitUntil: 'load' });
  return { page, url, requests, complaints };
}
