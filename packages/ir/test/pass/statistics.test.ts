import { describe, expect, it } from 'vitest';
import { countModel, Graph, GraphBuilder, Tensor } from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

describe('countModel', () => {
  it('counts nodes, parameters and bytes, those of Constant nodes and subgraphs included', () => {
    const { model, graph, relu } = tinyModel();
    expect(countModel(model)).toEqual({ nodes: 2, parameters: 2, bytes: 8 });
    new GraphBuilder(graph).op('Constant', [], {
      attributes: { value: Tensor.floats([1, 2, 3], [3], 'float16') },
    });
    const body = new Graph('body');
    body.addInitializer(body.newValue('inner'), Tensor.int64([1]));
    relu.setAttribute('body', { kind: 'graph', value: body });
    expect(countModel(model)).toEqual({ nodes: 3, parameters: 6, bytes: 22 });
  });
});
