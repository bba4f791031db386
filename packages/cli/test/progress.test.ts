import { expect, test } from 'vitest';
import { displayJsonProgress, displayProgress } from '../src/progress.ts';
import { textStream } from './support/streams.ts';

test('without a terminal a step is a line, and a long step one every few seconds', () => {
  let time = 0;
  const stream = textStream();
  const display = displayProgress(stream, () => time);
  display.step('pass 1 of 2: cleanup');
  for (time = 1; time <= 11_000; time += 1)
    display.progress({ message: 'rounds', done: time, total: 20_000 });
  display.warn('careful');
  display.info('done\u001b[0m');
  display.stop();
  expect(stream.text()).toBe(
    [
      'pass 1 of 2: cleanup',
      '  rounds (5000/20000), 15 s left',
      '  rounds (10000/20000), 10 s left',
      'warning: careful',
      'done [0m',
      '',
    ].join('\n'),
  );
});

test('on a terminal a step is a bar that goes away, and messages stay', () => {
  const stream = Object.assign(textStream(true), { columns: 80, rows: 24 });
  const display = displayProgress(stream, () => 0);
  display.step('judging');
  display.progress({ message: 'block 3', done: 1, total: 4 });
  display.warn('careful');
  display.progress({ message: 'block 4', done: 2, total: 4 });
  display.stop();
  display.stop();
  expect(stream.text()).toContain('judging');
  expect(stream.text()).toContain('warning: careful\n');
  expect(stream.text()).toContain('\u001b[?25l');
  expect(stream.text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(stream.text().lastIndexOf('\u001b[?25l'));
});

test('the bar follows the width of the terminal', () => {
  const stream = Object.assign(textStream(true), { columns: 80, rows: 24 });
  const display = displayProgress(stream, () => 0);
  display.step('calibrating on everything there is');
  display.progress({ message: '', done: 1, total: 4 });
  expect(stream.text()).toContain('calibrating on everything there is');
  stream.columns = 24;
  display.warn('narrow');
  display.stop();
  const [, below] = stream.text().split('warning: narrow\n');
  expect(below).toContain('calibrating');
  expect(below).toContain('… ');
});

test.each([{ TERM: 'dumb' }, { CI: '1' }])('with %j a terminal gets lines', (variables) => {
  const stream = textStream(true);
  displayProgress(stream, () => 0, variables).step('judging');
  expect(stream.text()).toBe('judging\n');
});

test('programs get lines of JSON, one a second at most', () => {
  let time = 0;
  const stream = textStream();
  const display = displayJsonProgress(stream, () => time);
  display.step('judging');
  for (time = 500; time <= 4000; time += 500) display.progress({ message: 'rows', done: time, total: 8000 });
  display.info('done');
  display.stop();
  const lines = stream.text().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { event: 'step', title: 'judging' },
    { event: 'progress', message: 'rows', done: 1000, total: 8000, secondsLeft: null },
    { event: 'progress', message: 'rows', done: 2000, total: 8000, secondsLeft: null },
    { event: 'progress', message: 'rows', done: 3000, total: 8000, secondsLeft: expect.closeTo(5, 6) },
    { event: 'progress', message: 'rows', done: 4000, total: 8000, secondsLeft: expect.closeTo(4, 6) },
    { event: 'info', message: 'done' },
  ]);
});
