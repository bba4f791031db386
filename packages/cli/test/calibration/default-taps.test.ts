import { Graph, Model, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { defaultTaps } from '../../src/calibration/default-taps.ts';
import { byteModel } from '../support/models.ts';

const opOf = (value: Value | string) => (value instanceof Value ? value.producer?.opType : undefined);

test('the residual stream is tapped before the first block and behind each branch', () => {
  const taps = defaultTaps(byteModel());
  expect(taps.map(({ value }) => opOf(value))).toEqual(['Gather', 'Add']);
  expect(taps[0]).toMatchObject({ moments: 'feature', quantiles: { bits: 7 } });
});

test('without residual blocks it is what nodes with weights compute', () => {
  const model = byteModel();
  const [gather, , , , product] = model.graph.nodes();
  const [embedding] = gather?.outputs ?? [];
  if (embedding === undefined || product === undefined) throw new Error('the model has other nodes');
  product.setInput(0, embedding);
  for (const node of [...model.graph.nodesBackwards()])
    if (node.is('Add', 'Identity') || (node.is('MatMul') && node !== product)) model.graph.remove(node);
  expect(defaultTaps(model).map(({ value }) => opOf(value))).toEqual(['Gather', 'MatMul']);
});

test('a model without either needs taps', () => {
  const x = new Value('x');
  expect(() => defaultTaps(new Model(new Graph('empty', [x], [x]), [['', 17]]))).toThrow(
    expect.objectContaining({ code: 'invalid-option', subject: '--taps' }),
  );
});
