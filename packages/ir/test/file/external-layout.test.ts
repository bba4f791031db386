import { describe, expect, it } from 'vitest';
import { layOutExternalData } from '../../src/file/external-layout.ts';
import { Tensor } from '../../src/index.ts';
import { codeOf } from '../support/code-of.ts';
import { tinyModel } from '../support/tiny-model.ts';

function modelOf(...sizes: readonly number[]) {
  const { model, graph } = tinyModel();
  for (const size of sizes)
    graph.addInitializer(graph.newValue('weight'), Tensor.floats(new Float32Array(size)));
  return model;
}

const layout = (...args: Parameters<typeof layOutExternalData>) =>
  layOutExternalData(...args).map(({ location, length, tensors }) => ({
    location,
    length,
    offsets: tensors.map(({ offset }) => offset),
  }));

describe('layOutExternalData', () => {
  it('puts tensors at aligned offsets of one file and leaves small ones', () => {
    expect(layout(modelOf(300, 2, 300), '/a/model.onnx', {})).toEqual([
      { location: 'model.onnx.data', length: 4096 + 1200, offsets: [0, 4096] },
    ]);
  });

  it('starts another file where one would grow too large', () => {
    const options = { location: 'w/x.bin', shardBytes: 3000, alignment: 8, threshold: 0 };
    expect(layout(modelOf(300, 300, 1000), 'model.onnx', options)).toEqual([
      { location: 'w/x.bin', length: 8 + 1200 + 1200, offsets: [0, 8, 1208] },
      { location: 'w/x.bin.1', length: 4000, offsets: [0] },
    ]);
  });

  it('lays a tensor that several values share once', () => {
    const { model, graph } = tinyModel();
    const tensor = Tensor.floats(new Float32Array(300));
    graph.addInitializer(graph.newValue('a'), tensor);
    graph.addInitializer(graph.newValue('b'), tensor);
    expect(layout(model, 'm.onnx', {})[0]?.offsets).toEqual([0]);
  });

  it.each(['../w.bin', '/w.bin', 'a/../../w.bin', '..', '.', '', 'a/', 'a\0b'])(
    'refuses the location %j',
    (location) => {
      expect(codeOf(() => layOutExternalData(modelOf(), 'm.onnx', { location }))).toBe('invalid-option');
    },
  );

  it.each([{ alignment: 0 }, { threshold: -1 }, { shardBytes: 0 }, { alignment: Number.NaN }])(
    'refuses %o',
    (options) => {
      expect(codeOf(() => layOutExternalData(modelOf(), 'm.onnx', options))).toBe('invalid-option');
    },
  );
});
