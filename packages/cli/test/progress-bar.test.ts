import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawBar } from '../src/progress-bar.ts';

const state = { title: 'calibrating', message: 'batches', done: 30, total: 120, left: '2 min 10 s left' };

test('a wide terminal shows everything', () => {
  expect(drawBar(state, 100)).toBe(
    'calibrating ■■■■■■■■                       30/120  2 min 10 s left batches',
  );
});

test('with less room the message goes, then the bar, then the end of the title', () => {
  expect([60, 50, 40, 30, 12].map((columns) => drawBar(state, columns))).toEqual([
    'calibrating ■■■■            30/120  2 min 10 s left batches',
    'calibrating ■■■           30/120  2 min 10 s left',
    'calibrat… ■     30/120  2 min 10 s left',
    '30/120  2 min 10 s left',
    '30/120  2 …',
  ]);
});

test('a step of unknown size has no bar', () => {
  expect(drawBar({ ...state, message: '', total: 0, left: '' }, 80)).toBe('calibrating');
  expect(drawBar({ ...state, total: 0 }, 12)).toBe('calibratin…');
});

test('no state is wider than its terminal', () => {
  const text = fc.string({ maxLength: 60 });
  const count = fc.nat(1e6);
  fc.assert(
    fc.property(text, text, text, count, count, fc.nat(200), (title, message, left, done, total, columns) => {
      const line = drawBar({ title, message, left, done, total }, columns);
      expect([...line].length).toBeLessThanOrEqual(Math.max(0, columns - 1));
    }),
  );
});
