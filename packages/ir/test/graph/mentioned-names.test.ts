import { expect, it } from 'vitest';
import { mentionedNames, readModelBytes } from '../../src/index.ts';
import { tinyBytes } from '../support/tiny-model.ts';

it('finds names in training info, quantization annotations and device placements', () => {
  const trainingInfo = [{ updateBinding: [{ key: 'w', value: 'w_new' }] }] as object[];
  const quantizationAnnotation = [
    { tensorName: 'y', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 'y_scale' }] },
  ] as object[];
  const deviceConfigurations = [{ configurationId: 'pair', shardingSpec: [{ tensorName: 'x' }] }] as object[];
  const node = [{ input: ['x', 'w'], output: ['y'], opType: 'Add', deviceConfigurations }];
  const model = readModelBytes(tinyBytes({ trainingInfo }, { node, quantizationAnnotation }));
  const names = mentionedNames(model);
  expect(['w', 'w_new', 'y', 'y_scale', 'x', 'pair'].filter((name) => !names.has(name))).toEqual([]);
  expect(names.has('add')).toBe(false);
});
