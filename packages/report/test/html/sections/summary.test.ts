import { expect, test } from 'vitest';
import { drawSummary, fileName } from '../../../src/html/sections/summary.ts';
import { cellsOf, elementsOf, fullReport, latencyPoint } from '../../support/page.ts';

test('the head says what, when, whether it passes and what it came to', () => {
  const markup = drawSummary({ report: fullReport({ warnings: ['<b>mind this</b>'] }) }, [
    latencyPoint(),
    latencyPoint({ group: 'cuda', speedup: 1.03, verdict: 'no difference' }),
  ]);
  const page = elementsOf(markup);
  expect(page.querySelector('h1')?.textContent).toBe('a.onnx, pruned');
  expect(page.querySelector('time')?.textContent).toBe('2026-01-01 00:01 UTC');
  expect(page.querySelector('.verdict.pass strong')?.textContent).toBe('Verdict: Pass');
  expect(page.querySelector('.warnings')?.textContent).toBe('<b>mind this</b>');
  expect(cellsOf(markup)).toEqual([
    ['Nodes', '12', '9', '-25.00 %'],
    ['Parameters', '2,000', '1,000', '-50.00 %'],
    ['Weights', '8.0 KB', '4.0 KB', '-50.00 %'],
    ['Model file', '10.0 KB', '5.0 KB', '-50.00 %'],
    ['Bits per byte, 4 × 1024', '2.0000', '2.0100', '+0.50 %'],
    ['Time at length 64 (cpu, 2 threads)', '20 ms', '10 ms', '2.00 × as fast'],
    ['Time at length 64 (cuda)', '20 ms', '10 ms', 'no difference (1.03 ×)'],
  ]);
});

test('a model without a measurement has its sizes', () => {
  const validation = { status: 'skipped', reason: 'as asked' } as const;
  expect(
    cellsOf(drawSummary({ report: fullReport({ validation, budget: { maxDrop: 0.1 } }) }, [])),
  ).toHaveLength(4);
});

test('files are named without their folders', () => {
  expect(['a/b.onnx', 'C:\\a\\b.onnx', 'b.onnx', 'a/'].map(fileName)).toEqual([
    'b.onnx',
    'b.onnx',
    'b.onnx',
    'a/',
  ]);
});
