import { expect, test } from 'vitest';
import { createPaint, hasColours, isInteractive } from '../src/paint.ts';
import { textStream } from './support/streams.ts';

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '', NO_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
])('a terminal (%s) with %j has colours: %s', (isTerminal, variables, expected) => {
  expect(hasColours(textStream(isTerminal), variables)).toBe(expected);
});

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { TERM: 'dumb' }, false],
  [true, { CI: 'true' }, false],
  [true, { CI: 'false' }, true],
  [true, { NO_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '1' }, false],
])('a terminal (%s) with %j may be drawn over: %s', (isTerminal, variables, expected) => {
  expect(isInteractive(textStream(isTerminal), variables)).toBe(expected);
});

test('state words are coloured, or stay as they are', () => {
  const coloured = createPaint(textStream(), { FORCE_COLOR: '1' });
  expect([coloured.good('ok'), coloured.caution('missing'), coloured.bad('broken')]).toEqual([
    '\u001b[32mok\u001b[39m',
    '\u001b[33mmissing\u001b[39m',
    '\u001b[31mbroken\u001b[39m',
  ]);
  expect(createPaint(textStream(true), { NO_COLOR: '1' }).good('ok')).toBe('ok');
});
