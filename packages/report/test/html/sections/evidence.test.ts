import { expect, test } from 'vitest';
import { drawEvidence } from '../../../src/html/sections/evidence.ts';
import { cellsOf, elementsOf } from '../../support/page.ts';
import { report } from '../../support/report.ts';

test('what the other files have is shown', () => {
  const validation = {
    robustness: [{ shift: 'noise', drop: 0.02 }],
    rollout: { steps: [{ skipShare: 0.5, watch: 'loss', rollBackAt: 0.01 }] },
  };
  const markup = drawEvidence({ report: report(), validation, benchmark: { energy: 'unknown: no meter' } });
  expect(cellsOf(markup)).toEqual([
    ['noise', '0.02'],
    ['0.5', 'loss', '0.01'],
  ]);
  expect(elementsOf(markup).querySelector('dl')?.textContent).toBe('energyunknown: no meter');
});

test('what they have not is said to be not measured', () => {
  const texts = [
    ...elementsOf(drawEvidence({ report: report(), validation: 3 })).querySelectorAll('section'),
  ].map((section) => section.querySelector('p:last-of-type')?.textContent);
  expect(texts).toEqual([
    'Not measured: sentei validate measures them.',
    'Not measured: sentei benchmark measures them.',
    'Not measured: plans are made for models with skip gates.',
  ]);
});
