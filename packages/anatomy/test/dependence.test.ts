import { type GraphBuilder, type Model, tensorType, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DependenceSearch } from '../src/dependence.ts';
import { operators } from './support/dump-anatomy.ts';
import { modelOf } from './support/residual-models.ts';

function named(model: Model, name: string): Value {
  const values = [...model.graph.inputs, ...[...model.graph.nodes()].flatMap((node) => node.outputs)];
  const found = values.find((value) => value.name === name);
  if (found === undefined) throw new Error(`there is no value ${name}`);
  return found;
}

/** relu → (neg → exp) and a side value; y = exp + side + tail. */
function forked(b: GraphBuilder, x: Value): Value {
  const side = b.op('Abs', [x], { name: 'side' });
  const start = b.op('Relu', [x], { name: 'start' });
  const length = b.op('Shape', [start], { name: 'length' });
  const inner = b.op('Exp', [b.op('Neg', [start])], { name: 'inner' });
  const sized = b.op('Expand', [side, length], { name: 'sized' });
  return b.op('Sum', [inner, sized]);
}

test('finds what lies between two values, without side values and shapes', () => {
  const model = modelOf(forked);
  const search = new DependenceSearch(model.graph);
  const between = (from: string, to: string) =>
    search.between(new Set([named(model, from)]), named(model, to));
  expect(operators(between('start_out', 'y') ?? [])).toBe('Neg Exp Sum');
  expect(operators(between('x', 'y') ?? [])).toBe('Abs Relu Neg Exp Expand Sum');
  expect(between('start_out', 'sized_out')).toBeUndefined();
  expect(between('y', 'start_out')).toBeUndefined();
});

test('steps over a detour, and stops where one runs past the source', () => {
  const model = modelOf(forked);
  const search = new DependenceSearch(model.graph);
  search.addDetour(named(model, 'inner_out'), named(model, 'start_out'), []);
  const between = (from: string) => search.between(new Set([named(model, from)]), named(model, 'y'));
  expect(operators(between('start_out') ?? [])).toBe('');
  expect(between('neg_out')).toBeUndefined();
});

test('what a subgraph takes from around it counts as read', () => {
  const model = modelOf((b, x) => {
    const hidden = b.op('Relu', [x], { name: 'hidden' });
    const condition = b.op('Constant', [], { attributes: { value_int: 1n } });
    const type = tensorType('float32');
    const branch = (name: string) =>
      b.subgraph(name, [], (body) => [{ value: body.op('Neg', [hidden]), type }]);
    const [thenBranch, elseBranch] = [branch('then'), branch('else')];
    return b.op('If', [condition], { attributes: { then_branch: thenBranch, else_branch: elseBranch } });
  });
  const search = new DependenceSearch(model.graph);
  const hidden = named(model, 'hidden_out');
  expect(operators(search.between(new Set([hidden]), named(model, 'y')) ?? [])).toBe('If');
  expect(operators(search.readers(hidden))).toBe('If');
});

test('what has no use without a value goes with it, all else stays', () => {
  const model = modelOf(forked);
  const search = new DependenceSearch(model.graph);
  expect(operators(search.deadWithout(named(model, 'inner_out'), named(model, 'x')))).toBe('Neg Exp');
  expect(operators(search.deadWithout(named(model, 'inner_out'), named(model, 'start_out')))).toBe('Neg Exp');
  expect(operators(search.deadWithout(named(model, 'y'), named(model, 'start_out')))).toBe(
    'Abs Shape Neg Exp Expand Sum',
  );
});

test('paths in random graphs are those a full search finds', () => {
  const edges = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 2, maxLength: 24 });
  fc.assert(
    fc.property(edges, fc.nat(), (pairs, pick) => {
      const values: Value[] = [];
      const model = modelOf((b, x) => {
        values.push(x);
        for (const pair of pairs) {
          const [left, right] = pair.map((index) => values[index % values.length] ?? x);
          values.push(b.op('Add', [left ?? x, right ?? x]));
        }
        return values.at(-1) ?? x;
      });
      const [source, end] = [values[pick % (values.length - 1)], values.at(-1)];
      if (source === undefined || end === undefined) return;
      // Values that some path leads from, and values that some path leads to, each in one sweep.
      const after = new Set([source]);
      for (const value of values) {
        if (value.producer?.inputs.some((input) => input && after.has(input))) after.add(value);
      }
      const needed = new Set([end]);
      for (const value of [...values].reverse()) {
        const inputs = needed.has(value) && value !== source ? (value.producer?.inputs ?? []) : [];
        for (const input of inputs) if (input) needed.add(input);
      }
      const wanted = values.filter((value) => value !== source && after.has(value) && needed.has(value));
      const found = new DependenceSearch(model.graph).between(new Set([source]), end);
      expect(found?.map((node) => node.outputs[0]) ?? []).toEqual(wanted);
    }),
  );
});
