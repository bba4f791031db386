import { expect, test } from 'vitest';
import { drawDescription } from '../../src/terminal/description-tables.ts';
import { description } from '../support/description.ts';

test('a description fits a terminal', () => {
  const text = drawDescription('tiny.onnx', 17_000, description());
  for (const line of [
    '│ file          │ tiny.onnx (17.0 KB) │',
    '│ opsets        │ ai.onnx 17          │',
    '│ parameters    │ 4,160               │',
    '│ blocks        │ 1 × (mlp)           │',
    '│ attention     │ none                │',
    '│ MatMul   │     2 │',
    '│     0 │ mlp       │ none │ Add add   │     3 │',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toMatch(/│ input {2}│ ids +│ int64 +│ \[batch, sequence\] +│/);
});

test('attention, sums that end no block, and unknown dimensions have their place', () => {
  const text = drawDescription('a.onnx', 0, {
    ...description(),
    inputs: [
      { name: 'x', type: 'float32', dims: [1, null] },
      { name: 'y', type: 'sequence', dims: null },
    ],
    attention: [
      { softmax: 'Softmax s', nodes: 5, steps: ['scale', 'forget gate'], hasForgetGate: true },
      { softmax: 'Softmax t', nodes: 3, steps: [], hasForgetGate: false },
    ],
    skippedMerges: [{ node: 'Add a', reason: 'it is returned' }],
    norms: { rms: 3, layer: 1 },
    blocks: [],
  });
  expect(text).toContain('│ 2 cores, 1 with a forget gate');
  expect(text).toContain('│         0 │ Softmax s │ scale, forget gate       │     5 │');
  expect(text).toContain('│ Add a                  │ it is returned │');
  expect(text).toContain('│ 3 rms, 1 layer');
  expect(text).toMatch(/│ x +│ float32 +│ \[1, \?\] +│/);
  expect(text).toMatch(/│ y +│ sequence +│ unknown +│/);
});
