import type { AttributeValue } from '../../graph/attribute.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/graph.ts';
import { Tensor } from '../../graph/tensor.ts';
import { type Shape, tensorType } from '../../graph/type.ts';
import type { Value } from '../../graph/value.ts';
import type { Step } from './arithmetic.ts';
import { isSameShape, type Pool } from './pool.ts';

/** The domain of the functions that `call` refers to. */
export const LOCAL_DOMAIN = 'test.local';

/** Steps with subgraphs that capture values, and calls of functions of the model. */
export const CONTROL_FLOW: Readonly<Record<string, Step>> = {
  branch(pool, x, pick) {
    const same = pool.items.filter(({ shape }) => isSameShape(shape, x.shape));
    const y = same[pick % same.length] ?? x;
    const types = [tensorType('float32', x.shape)];
    const side = (name: string, op: string): Graph =>
      pool.builder.subgraph(name, [], (body) => {
        const inner = body.op('Neg', [x.value], { types });
        const again = pick % 2 === 0 ? inner : body.op('Neg', [x.value], { types });
        body.op('Abs', [inner], { types });
        const value = body.op(op, [body.op('Identity', [inner], { types }), op === 'Add' ? y.value : again], {
          types,
        });
        return [{ value, type: tensorType('float32', x.shape) }];
      });
    const attributes = { then_branch: side('then', 'Add'), else_branch: side('else', 'Mul') };
    const bound = Math.max(x.bound + y.bound, x.bound * x.bound);
    return [pool.apply('If', [conditionOf(pool, pick)], x.shape, bound, attributes)];
  },
  loop(pool, x, pick) {
    const trips = 1 + (pick % 3);
    const type = tensorType('float32', x.shape);
    const body = loopBody(pool.builder, x.value, x.shape);
    const { builder } = pool;
    const count = builder.constant(Tensor.int64([trips], []));
    const condition = pick % 2 === 0 ? null : builder.constant(Tensor.bool([true], []));
    const attributes: Record<string, AttributeValue> = { body };
    const types = [type, tensorType('float32', [trips, ...x.shape])];
    const [state, history] = builder.ops('Loop', [count, condition, x.value], 2, { attributes, types });
    const items = [state, history].flatMap((value, index) =>
      value === undefined ? [] : [{ value, shape: index === 0 ? x.shape : [trips, ...x.shape], bound: 1 }],
    );
    // A symbolic axis behind the first would leave what the other steps expect.
    return typeof x.shape[0] === 'string' || x.shape.length > 2 ? items.slice(0, 1) : items;
  },
  call(pool, { value, shape, bound }, pick) {
    const types = [tensorType('float32', shape)];
    const name = pick % 2 === 0 ? 'Scale' : 'Twice';
    const attributes: Record<string, AttributeValue> =
      name === 'Scale' && pick % 3 === 0 ? { factor: 0.5 } : {};
    const called = pool.builder.op(name, [value], { domain: LOCAL_DOMAIN, attributes, types });
    return [{ value: called, shape, bound: 2 * bound }];
  },
};

function conditionOf(pool: Pool, pick: number): Value {
  if (pool.flag !== undefined) return pool.flag;
  return pool.builder.constant(Tensor.bool([pick % 2 === 0], []));
}

function loopBody(builder: GraphBuilder, captured: Value, shape: Shape): Graph {
  const type = tensorType('float32', shape);
  const bool = tensorType('bool', []);
  const inputs = [
    { name: 'iteration', type: tensorType('int64', []) },
    { name: 'condition', type: bool },
    { name: 'state', type },
  ];
  return builder.subgraph('body', inputs, (body, [, condition, state]) => {
    const kept = body.op('Identity', [condition ?? null], { types: [bool] });
    const sum = body.op('Add', [state ?? captured, captured], { types: [type] });
    const next = body.op('Tanh', [sum], { types: [type] });
    const seen = body.op('Identity', [next], { types: [type] });
    return [
      { value: kept, type: bool },
      { value: next, type },
      { value: seen, type },
    ];
  });
}
