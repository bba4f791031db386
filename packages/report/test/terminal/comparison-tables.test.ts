import { expect, test } from 'vitest';
import { drawComparison } from '../../src/terminal/comparison-tables.ts';
import { measured, report } from '../support/report.ts';

test('sizes, quality, the worst fidelity and the speed are shown', () => {
  const leftOut = [129, 1000].map((length) => ({
    part: 'speed' as const,
    what: `length ${length}`,
    reason: `${length} is too long`,
  }));
  expect(drawComparison(report({ validation: measured({ leftOut }) }))).toBe(
    `
┌─────────────────────────┬──────────┬────────┬──────────┐
│                         │ original │ pruned │   change │
├─────────────────────────┼──────────┼────────┼──────────┤
│ nodes                   │       12 │      9 │ -25.00 % │
│ parameters              │    2,000 │  1,000 │ -50.00 % │
│ weights                 │   8.0 KB │ 4.0 KB │ -50.00 % │
│ file                    │  10.0 KB │ 5.0 KB │ -50.00 % │
│ bits per byte, 4 × 1024 │   2.0000 │ 2.0100 │  +0.50 % │
└─────────────────────────┴──────────┴────────┴──────────┘
┌─────────────────────┬───────┬───────────────┬────────────┬──────────┬────────────┬────────────┐
│ output              │ sizes │ largest error │ mean error │   cosine │ same top-1 │ NaN or inf │
├─────────────────────┼───────┼───────────────┼────────────┼──────────┼────────────┼────────────┤
│ logits, synthesized │     2 │         0.128 │     1.0e-4 │ 0.999872 │    98.72 % │          0 │
└─────────────────────┴───────┴───────────────┴────────────┴──────────┴────────────┴────────────┘
┌─────────────────┬──────────┬────────┬──────────┬──────────┬────────────────┐
│ time, 2 threads │ original │ pruned │ speed-up │ interval │ verdict        │
├─────────────────┼──────────┼────────┼──────────┼──────────┼────────────────┤
│ length 64       │    20 ms │  10 ms │   2.00 × │          │ too few rounds │
└─────────────────┴──────────┴────────┴──────────┴──────────┴────────────────┘
left out of speed: length 129, length 1000 (129 is too long)
held-out loss +0.50 % of a budget of 1.00 %
`.trimStart(),
  );
});

test('what was not measured is not shown', () => {
  const text = drawComparison(
    report({ validation: { status: 'skipped', reason: 'as asked' }, budget: { maxDrop: 0.01 } }),
  );
  expect(text).toContain('parameters');
  for (const word of ['bits per byte', 'cosine', 'speed-up', 'held-out']) expect(text).not.toContain(word);
});
