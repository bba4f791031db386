import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { liftConstants, liftConstantsRule as rule } from '../src/lift-constants.ts';
import { takeSurvey } from '../src/survey.ts';
import {
  expectUntouched,
  floats,
  once,
  operators,
  run,
  type TinyOptions,
  tinyModel,
} from './support/tiny.ts';

const constant = (b: GraphBuilder, values: readonly number[]) =>
  b.op('Constant', [], { attributes: { value: Tensor.floats(values) }, name: 'two' });

function model(options: TinyOptions = {}) {
  return tinyModel({ x: ['n'] }, (b, [x]) => [b.op('Mul', [x as Value, constant(b, [2])])], options);
}

describe('lift-constants', () => {
  it('keeps name, numbers and metadata', async () => {
    const lifted = model();
    for (const node of lifted.graph.nodes()) if (node.is('Constant')) node.metadataProps.set('from', 'torch');
    expect(liftConstants(takeSurvey(lifted))).toBe(1);
    expect(operators(lifted)).toEqual(['Mul']);
    const [value] = lifted.graph.initializers;
    expect([value?.name, value?.metadataProps.get('from')]).toEqual(['two_out', 'torch']);
    const feeds = { x: floats([1, 2, 3], [3]) };
    expect(await run(lifted, feeds)).toEqual(await run(model(), feeds));
  });

  it('lifts every kind of number', () => {
    const lifted = tinyModel({ x: ['n'] }, (b, [x]) => {
      const float = b.op('Constant', [], { attributes: { value_float: 2 } });
      return [b.op('Mul', [x as Value, float])];
    });
    expect(once(lifted, rule)).toBe(1);
  });

  it('lifts those of branches into the branch', async () => {
    const build = () =>
      tinyModel({ x: ['n'], c: ['bool', []] }, (b, [x, c]) => {
        const branch = (name: string, value: number) =>
          b.subgraph(name, [], (body) => [
            { value: body.op('Mul', [x as Value, constant(body, [value])]), type: tensorType('float32') },
          ]);
        const attributes = { then_branch: branch('then', 2), else_branch: branch('else', 3) };
        return [b.op('If', [c as Value], { attributes })];
      });
    const lifted = build();
    expect(once(lifted, rule)).toBe(2);
    expect(operators(lifted)).toEqual(['If', 'Mul', 'Mul']);
    expect(lifted.graph.initializers.size).toBe(0);
  });

  it('leaves outputs of graphs and models before IR version 4', () => {
    expectUntouched(model({ irVersion: 3 }), rule);
    expectUntouched(
      tinyModel({}, (b) => [constant(b, [2])]),
      rule,
    );
  });
});
