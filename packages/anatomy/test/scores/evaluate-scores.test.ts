import { Graph, GraphBuilder, inferTypes, Model, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { viewOf } from '../../src/scores/axis-view.ts';
import { type Cases, caseOf } from '../../src/scores/cases.ts';
import { ScoreEvaluator } from '../../src/scores/evaluate-scores.ts';

type Build = (b: GraphBuilder, n: Value, keys: Value) => Value;

/** Evaluates an expression over [n, n] that may read the scalar n and a mask of keys [batch, n]. */
function evaluate(build: Build): { cases: Cases | undefined; evaluator: ScoreEvaluator } {
  const x = new Value('x', tensorType('float32', ['batch', 'n']));
  const keys = new Value('keys', tensorType('int64', ['batch', 'n']));
  const graph = new Graph('g', [x, keys]);
  const b = new GraphBuilder(graph);
  const shape = b.op('Shape', [x]);
  const n = b.op('Gather', [shape, b.constant(Tensor.int64([1], []))], { attributes: { axis: 0n } });
  const result = build(b, n, keys);
  graph.setOutputs([result]);
  const types = inferTypes(new Model(graph, [['', 18]], 10));
  const evaluator = new ScoreEvaluator(types, undefined, undefined);
  const view = viewOf(['0', '1', 'q', 'k'], ['batch', 4, 'n', 'n']);
  const rank = types.shapeOf(result)?.length ?? 0;
  return { cases: evaluator.evaluate(result, view.slice(4 - rank)), evaluator };
}

const scalar = (b: GraphBuilder, x: number) => b.constant(Tensor.int64([x], []));
const range = (b: GraphBuilder, n: Value) => b.op('Range', [scalar(b, 0), n, scalar(b, 1)]);
const rows = (b: GraphBuilder, n: Value) => b.op('Unsqueeze', [range(b, n), b.int64([1])]);
const square = (b: GraphBuilder, n: Value, fill: number) => {
  const extent = b.op('Unsqueeze', [n, b.int64([0])]);
  return b.op('Expand', [
    b.float32([fill], [1, 1]),
    b.op('Concat', [extent, extent], { attributes: { axis: 0n } }),
  ]);
};
const lower = { attributes: { upper: 0n } };

/** Spellings of "the key is at or before the query", as 1 and 0. */
const CAUSAL: Record<string, Build> = {
  'rows ≥ columns': (b, n) => b.op('GreaterOrEqual', [rows(b, n), range(b, n)]),
  'not columns > rows': (b, n) => b.op('Not', [b.op('Greater', [range(b, n), rows(b, n)])]),
  'rows − columns > −1': (b, n) => b.op('Greater', [b.op('Sub', [rows(b, n), range(b, n)]), scalar(b, -1)]),
  'tril of ones': (b, n) => b.op('Trilu', [square(b, n, 1)], lower),
  'triu of ones is 0': (b, n) => {
    const upper = b.op('Trilu', [square(b, n, 1), scalar(b, 1)]);
    return b.op('Equal', [upper, b.float32([0], [])]);
  },
  'a constant triangle, cut to the length': (b, n) => {
    const whole = b.constant(
      Tensor.floats(
        Array.from({ length: 64 }, (_, i) => (i % 8 <= Math.floor(i / 8) ? 1 : 0)),
        [8, 8],
      ),
    );
    const end = b.op('Unsqueeze', [n, b.int64([0])]);
    const cut = (of: Value, axis: number) => b.op('Slice', [of, b.int64([0]), end, b.int64([axis])]);
    return cut(cut(whole, 0), 1);
  },
  'positions as a running sum of ones': (b, n) => {
    const ones = b.op('Expand', [b.float32([1]), b.op('Unsqueeze', [n, b.int64([0])])]);
    const counted = b.op('CumSum', [ones, scalar(b, 0)]);
    return b.op('LessOrEqual', [counted, b.op('Unsqueeze', [counted, b.int64([1])])]);
  },
};

test.each(Object.entries(CAUSAL))('%s is the causal mask', (_name, build) => {
  const { cases } = evaluate(build);
  expect(cases?.conditions).toEqual(['diagonal:0']);
  expect(cases?.table.map((each) => each.constant)).toEqual([0, 1]);
});

test.each([
  ['a shifted diagonal', (b, n) => b.op('Trilu', [square(b, n, 1), scalar(b, 1)], lower), ['diagonal:1']],
  [
    'rows in steps of 8',
    (b, n) => {
      const steps = b.op('Div', [rows(b, n), scalar(b, 8)]);
      return b.op('GreaterOrEqual', [b.op('Mul', [steps, scalar(b, 8)]), range(b, n)]);
    },
    ['leaf:1'],
  ],
  ['rows > columns', (b, n) => b.op('Greater', [rows(b, n), range(b, n)]), ['diagonal:-1']],
  [
    'positions that float16 cannot count',
    (b, n) => {
      const half = (x: Value) => b.op('Cast', [x], { attributes: { to: 10n } });
      return b.op('GreaterOrEqual', [half(rows(b, n)), half(range(b, n))]);
    },
    ['leaf:2'],
  ],
] satisfies [string, Build, string[]][])('%s is not', (_name, build, conditions) => {
  expect(evaluate(build).cases?.conditions).toEqual(conditions);
});

test('masks of keys and the causal one come apart, however they are joined', () => {
  const causal = CAUSAL['rows ≥ columns'] as Build;
  const { cases, evaluator } = evaluate((b, n, keys) => {
    const shown = b.op('Cast', [b.op('Unsqueeze', [keys, b.int64([1, 2])])], { attributes: { to: 9n } });
    const both = b.op('And', [shown, causal(b, n, keys)]);
    return b.op('Where', [both, b.float32([0], []), b.float32([-1e9], [])]);
  });
  expect(cases?.conditions.toSorted()).toEqual(['diagonal:0', 'leaf:0']);
  const at = (...holding: string[]) => cases && caseOf(cases, new Set(holding)).constant;
  expect([at('diagonal:0', 'leaf:0'), at('diagonal:0'), at('leaf:0'), at()]).toEqual([0, -1e9, -1e9, -1e9]);
  expect(evaluator.leaves[0]?.value.name).toBe('keys');
});

test.each([
  ['Equal', 0, 'keys'],
  ['Equal', 1, 'tokens'],
  ['Greater', 0, 'keys'],
  ['Greater', 1, 'tokens'],
  ['GreaterOrEqual', 1, 'keys'],
  ['GreaterOrEqual', 2, 'tokens'],
  ['Less', 1, 'keys'],
  ['Less', 2, 'tokens'],
  ['LessOrEqual', 0, 'keys'],
  ['LessOrEqual', 1, 'tokens'],
] as const)('%s %d compares %s', (opType, number, kind) => {
  const compare = (isSwapped: boolean) => {
    const swapped = {
      Greater: 'Less',
      GreaterOrEqual: 'LessOrEqual',
      Less: 'Greater',
      LessOrEqual: 'GreaterOrEqual',
    };
    const { evaluator, cases } = evaluate((b, _n, keys) => {
      const mask = b.op('Unsqueeze', [keys, b.int64([1, 2])]);
      return isSwapped && opType !== 'Equal'
        ? b.op(swapped[opType], [scalar(b, number), mask])
        : b.op(opType, [mask, scalar(b, number)]);
    });
    const { value } = evaluator.leafOf(cases?.conditions[0] ?? '') ?? {};
    return value?.name === 'keys' ? 'keys' : value?.producer?.opType === undefined ? undefined : 'tokens';
  };
  expect([compare(false), compare(true)]).toEqual([kind, kind]);
});

test('(1 − mask) · fill is worked out in numbers', () => {
  const { cases } = evaluate((b, _n, keys) => {
    const wide = b.op('Cast', [b.op('Unsqueeze', [keys, b.int64([1, 2])])], { attributes: { to: 1n } });
    return b.op('Mul', [b.op('Sub', [b.float32([1], []), wide]), b.float32([-65504], [])]);
  });
  expect(cases?.table.map((each) => each.constant + 0)).toEqual([-65504, 0]);
});
