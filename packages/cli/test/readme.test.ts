import { readFile } from 'node:fs/promises';
import { CRITERIA } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../src/exit-codes.ts';
import { DEFAULT_PIPELINE } from '../src/passes.ts';
import { sentei } from './support/streams.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

test('the README has all exit codes', () => {
  const rows = [...readme.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [
    Number(code),
    meaning,
  ]);
  expect(rows).toEqual(EXIT_CODES.map(({ code, meaning }) => [code, meaning]));
});

test('the README has all options of benchmark', async () => {
  const { stdout } = await sentei(['benchmark', '--help']);
  const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+(?: <\w+>)?) /gm)].map(([, flag]) => flag);
  expect(flags.length).toBeGreaterThan(10);
  for (const flag of flags.filter((name) => !/^--(json|quiet)$/.test(name ?? ''))) {
    expect(readme).toContain(`| \`${flag}\` `);
  }
});

test('the README has all options of calibrate', async () => {
  const { stdout } = await sentei(['calibrate', '--help']);
  const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+ <[^>]+>) /gm)].map(([, flag]) => flag);
  expect(flags.length).toBeGreaterThan(10);
  for (const flag of flags) expect(readme).toContain(`| \`${flag}\` `);
});

test('the README has all options of prune and the default pipeline', async () => {
  const { stdout } = await sentei(['prune', '--help']);
  const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+ <\w+>)/gm)].map(([, flag]) => flag);
  expect(flags.length).toBeGreaterThan(5);
  for (const flag of flags) expect(readme).toContain(`| \`${flag}\` `);
  expect(readme).toContain(`\`${DEFAULT_PIPELINE}\``);
});

test('the README has all options of validate and all criteria of a budget', async () => {
  const { stdout } = await sentei(['validate', '--help']);
  const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+(?: <\w+>)?) /gm)].map(([, flag]) => flag);
  expect(flags.length).toBeGreaterThan(10);
  for (const flag of flags.filter((name) => !/^--(json|quiet)$/.test(name ?? ''))) {
    expect(readme).toContain(`| \`${flag}\` `);
  }
  for (const [name, { about }] of Object.entries(CRITERIA)) {
    expect(readme.replaceAll(/ +/g, ' ')).toContain(`| \`${name}\` | ${about} |`);
  }
});
