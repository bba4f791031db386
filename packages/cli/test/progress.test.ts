import { expect, test } from 'vitest';
import { displayProgress } from '../src/progress.ts';
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
      '  rounds (5000/20000)',
      '  rounds (10000/20000)',
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
