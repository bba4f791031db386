import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { chooseMetric, METRIC_NAMES } from '../../src/metrics/choose-metric.ts';
import type { Dimension, Signature } from '../../src/process/protocol.ts';
import { example } from '../support/list-dataset.ts';

const model = (...shapes: (readonly Dimension[])[]): Signature => ({
  inputs: [{ name: 'q', type: 'int64', dims: ['b', 's'] }],
  outputs: shapes.map((dims, index) => ({ name: `out${index}`, type: 'float32', dims })),
});
const feeds = { q: hostTensor('int64', [2], BigInt64Array.of(3n, 4n)) };
const bytes = model(['b', 's', 256]);
const hidden = model(['b', 's', 384]);
const classes = model(['b', 10]);

test.each([
  ['a text without labels and a byte-level language model', bytes, example(feeds), 'bits per byte'],
  ['pairs and numbers', hidden, example([feeds, feeds], 0.4), 'Spearman correlation'],
  ['a number and one number out', model(['b', 1]), example(feeds, 0.4), 'Spearman correlation'],
  ['a class and classes', classes, example(feeds, 3), 'top-1 accuracy'],
  [
    'a list of classes and classes of each position',
    model(['b', 's', 9]),
    example(feeds, [1, 2]),
    'macro F1',
  ],
])('%s give their metric', (_, signature, first, name) => {
  expect(chooseMetric(signature, first).name).toBe(name);
});

test('what is stated wins, with its options', () => {
  expect(chooseMetric(classes, example(feeds, 3), 'top-5').name).toBe('top-5 accuracy');
  expect(chooseMetric(classes, example(feeds, 3), ' f1 average=micro  classes=1,2 ').name).toBe('micro F1');
  expect(chooseMetric(classes, example(feeds, 3), 'f1 average=binary positive=0').name).toBe('F1');
  expect(chooseMetric(hidden, example(feeds), 'perplexity')).toMatchObject({
    name: 'perplexity',
    reduction: { kind: 'next-token-loss', logits: 'out0', ids: 'q' },
  });
  expect(chooseMetric(hidden, example(feeds), 'next-token-accuracy').lowerIsBetter).toBe(false);
  expect(
    chooseMetric(bytes, example(feeds, 7), 'bits-per-byte').score(example(feeds), [
      {
        nats: hostTensor('float64', [], Float64Array.of(Math.LN2)),
        tokens: hostTensor('float64', [], Float64Array.of(1)),
        correct: hostTensor('float64', [], Float64Array.of(1)),
      },
    ]),
  ).toBeCloseTo(1, 12);
  const two = model(['b', 's', 384], ['b', 384]);
  expect(chooseMetric(two, example([feeds, feeds], 1)).outputs).toEqual(['out0']);
  expect(chooseMetric(two, example([feeds, feeds], 1), 'spearman pooling=none').outputs).toEqual(['out1']);
});

test('when none fits, those that would are listed', () => {
  const chooses = (first: Parameters<typeof chooseMetric>[1], stated?: string) => () =>
    chooseMetric(hidden, first, stated);
  expect(chooses(example(feeds))).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  const unsupported = expect.objectContaining({
    code: 'unsupported-model',
    hint: expect.stringContaining('spearman'),
  });
  expect(chooses(example(feeds, 'cat'))).toThrow(unsupported);
  expect(chooses(example(feeds, 3))).toThrow(unsupported);
  const invalid = expect.objectContaining({ code: 'invalid-option' });
  expect(chooses(example(feeds, 3), 'beauty')).toThrow(invalid);
  expect(chooses(example(feeds, 3), 'top-1 fast')).toThrow(invalid);
  expect(chooses(example(feeds, 3), 'top-1 speed=3')).toThrow(invalid);
  expect(METRIC_NAMES).toContain('perplexity');
});
