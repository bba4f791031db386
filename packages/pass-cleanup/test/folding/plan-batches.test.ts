import { Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../src/folding/plan-batches.ts';
import { takeSurvey } from '../../src/survey.ts';
import { operators, tinyModel } from '../support/tiny.ts';

function plan(build: Parameters<typeof tinyModel>[1], limit = 1000, failed: readonly string[] = []) {
  const model = tinyModel({ x: ['n'] }, build);
  const values = [...model.graph.nodes()].flatMap((node) => node.outputs);
  const refused = new Set(values.filter(({ producer }) => failed.includes(producer?.opType ?? '')));
  const [batch] = planBatches(new Map(), refused, takeSurvey(model), limit);
  const found = [...(batch?.results ?? [])].map(
    ([value, { dataType, dims }]) => `${value.producer?.opType} ${dataType}[${dims}]`,
  );
  return { found, batch };
}

describe('planBatches', () => {
  it('collects what depends on constants alone, with the sizes that inference tells', () => {
    const { found, batch } = plan((b, [x]) => {
      const inner = b.op('MatMul', [b.float32([1, 2], [1, 2]), b.float32([1, 2], [2, 1])]);
      return [b.op('Mul', [x as Value, b.op('Erf', [inner])])];
    });
    expect(found).toEqual(['MatMul float32[1,1]', 'Erf float32[1,1]']);
    expect(batch && operators(batch.model)).toEqual(['MatMul', 'Erf']);
    expect(batch?.model.graph.inputs).toEqual([]);
  });

  it('leaves random numbers, foreign operators, quantization, subgraphs and several outputs', () => {
    const { found } = plan((b, [x]) => {
      const one = b.float32([1]);
      const branch = (name: string) =>
        b.subgraph(name, [], (inner) => [
          { value: inner.op('Sin', [x as Value]), type: tensorType('float32') },
        ]);
      return [
        b.op('RandomNormalLike', [one]),
        b.op('Special', [one], { domain: 'custom' }),
        b.op('QuantizeLinear', [one, b.float32([1], [])]),
        b.op('If', [b.constant(Tensor.bool([true], []))], {
          attributes: { then_branch: branch('then'), else_branch: branch('else') },
        }),
        ...b.ops('TopK', [one, b.int64([1])], 2),
      ];
    });
    expect(found).toEqual([]);
  });

  it('leaves results beyond the limit, of unknown size, refused ones, and what reads them', () => {
    const large = (b: Parameters<Parameters<typeof tinyModel>[1]>[0]) =>
      b.op('ConstantOfShape', [b.int64([1000])]);
    expect(plan((b) => [b.op('ReduceSum', [large(b)], { attributes: { keepdims: 0n } })]).found).toEqual([]);
    expect(plan((b) => [b.op('Neg', [b.op('NonZero', [b.float32([1])])])]).found).toEqual([]);
    const build = (b: Parameters<Parameters<typeof tinyModel>[1]>[0]) => [
      b.op('Cos', [b.op('Sin', [b.op('Exp', [b.float32([1])])])]),
    ];
    expect(plan(build, 1000, ['Sin']).found).toEqual(['Exp float32[1]']);
  });
});
