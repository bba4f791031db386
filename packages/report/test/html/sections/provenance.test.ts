import { expect, test } from 'vitest';
import { drawProvenance } from '../../../src/html/sections/provenance.ts';
import { cellsOf, elementsOf, fullReport } from '../../support/page.ts';
import { report } from '../../support/report.ts';

test('files, versions, machine and data are there', () => {
  const markup = drawProvenance({ report: fullReport() });
  expect(cellsOf(markup)).toEqual([
    ['original', 'a.onnx', '10,000', '', '8', 'ai.onnx 17'],
    ['pruned', 'out/model.onnx', '5,000', '', '8', 'ai.onnx 17'],
    ['calibration', 'text.txt', '0', '100'],
    ['selection', 'text.txt', '100', '200'],
    ['heldout', 'text.txt', '200', '400'],
  ]);
  const facts = [...elementsOf(markup).querySelectorAll('dl div')].map(({ textContent }) => textContent);
  expect(facts).toContain('Threads2');
  expect(facts).toContain('Cores2 of 8 usable');
});

test('what is unknown is said to be', () => {
  const text = String(drawProvenance({ report: report() }));
  expect(text).toContain('ONNX Runtime does not start here');
  expect(text).toContain('nothing was calibrated, selected or judged on data');
});
