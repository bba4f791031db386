import { planRollout } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { drawRollout } from '../../../src/html/sections/rollout.ts';
import { cellsOf } from '../../support/page.ts';
import { report } from '../../support/report.ts';

test('a plan is drawn as steps and as what is watched', () => {
  const rollout = planRollout(
    {
      gates: null,
      figures: [
        {
          name: 'bits per byte',
          needsLabels: false,
          worse: 'higher',
          expected: 2,
          deviation: 0.5,
          budget: 2.1,
        },
      ],
      latency: { ratio: 0.5, minSpeedup: 1.2 },
    },
    { shares: [0.1, 1] },
  );
  const markup = drawRollout({ report: report(), validation: { rollout } });
  const [first, second, quality, latency] = cellsOf(markup);
  expect(first?.slice(0, 2)).toEqual(['1', '10.00 %']);
  expect(second?.slice(0, 2)).toEqual(['2', '100.00 %']);
  expect(quality?.slice(0, 3)).toEqual(['bits per byte', 'higher', '2']);
  expect(latency?.slice(1, 4)).toEqual(['higher', '0.5', '0.833']);
  expect(String(markup)).toContain('By two files');
});

test('a plan of another form is shown as it is, and none is said to be none', () => {
  const validation = { rollout: { steps: [{ share: 0.5, watch: '<loss>' }] } };
  expect(cellsOf(drawRollout({ report: report(), validation }))).toEqual([['0.5', '<loss>']]);
  for (const none of [undefined, 3, {}, { rollout: null }]) {
    expect(String(drawRollout({ report: report(), validation: none }))).toContain('Not planned');
  }
});
