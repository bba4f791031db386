import { describe, expect, it } from 'vitest';
import {
  applyRules,
  Graph,
  GraphBuilder,
  Model,
  Node,
  rewriteRule,
  tensorType,
  Value,
} from '../../src/index.ts';
import { faultsOf, modelOf } from './support.ts';

const twice = rewriteRule({
  name: 'neg-neg',
  pattern: (op, x) => op.Neg(op.Neg(x)),
  replace: (op, x) => op.Identity(x),
});

/** `pairs` of Neg that cancel out, in a chain. */
function chain(pairs: number): Model {
  const x = new Value('x', tensorType('float32', ['n']));
  const graph = new Graph('chain', [x]);
  const builder = new GraphBuilder(graph);
  let value = x;
  for (let index = 0; index < pairs; index++)
    value = builder.op('Relu', [builder.op('Neg', [builder.op('Neg', [value])])]);
  graph.setOutputs([value]);
  return new Model(graph, [['', 20]]);
}

describe('applyRules', () => {
  it('takes steps in proportion to nodes, at 1,000, 10,000 and 100,000 of them', () => {
    const costs = [1000, 10_000, 100_000].map((nodes) => {
      const { cost, applied } = applyRules(chain(nodes / 3), [twice]);
      expect(applied).toHaveLength(Math.ceil(nodes / 3));
      return cost.steps / nodes;
    });
    expect(Math.max(...costs)).toBeLessThan(1.01 * Math.min(...costs) + 0.01);
  });

  it('does not look at the readers of a value one by one', () => {
    const x = new Value('x');
    const graph = new Graph('fan', [x]);
    const builder = new GraphBuilder(graph);
    const shared = builder.op('Neg', [x]);
    for (let index = 0; index < 100_000; index++) builder.op('Neg', [shared]);
    graph.setOutputs([shared]);
    const { cost, applied } = applyRules(new Model(graph, [['', 20]]), [twice]);
    expect([applied.length, cost.steps < 1_000_000]).toEqual([0, true]);
  });

  it('does not look at all readers of an output for each of several', () => {
    const pair = rewriteRule({
      name: 'pair',
      pattern: (op, x) => {
        const negative = op.Neg(x);
        return [negative, op.Relu(negative)];
      },
      replace: (op, x) => op.domain('com.nobody').outputs(2).call('Pair', x),
    });
    const x = new Value('x');
    const graph = new Graph('fan', [x]);
    const builder = new GraphBuilder(graph);
    const shared = builder.op('Neg', [x]);
    graph.setOutputs(Array.from({ length: 300 }, () => builder.op('Relu', [shared])));
    let walks = 0;
    const { uses } = shared;
    const walk = uses[Symbol.iterator].bind(uses);
    uses[Symbol.iterator] = () => {
      walks++;
      return walk();
    };
    const { applied, refused } = applyRules(new Model(graph, [['', 20]]), [pair]);
    expect([applied.length, refused.length > 0, walks]).toEqual([0, true, 0]);
  });

  it('refuses what something else reads, by name, and keeps it where the rule says so', () => {
    const build = () =>
      modelOf(['x'], (b, x = null as never) => {
        const inner = b.op('Neg', [x]);
        return [b.op('Neg', [inner]), b.op('Relu', [inner])];
      });
    expect(applyRules(build().model, [twice]).applied).toEqual([]);
    const { model } = build();
    expect(applyRules(model, [{ ...twice, keepInterior: true }]).applied).toHaveLength(1);
    expect(faultsOf(model)).toEqual([]);
  });

  it('computes outputs before a node whose branches return them without reading them', () => {
    const { model, graph } = modelOf(['x'], (b, x = new Value('')) => {
      const sum = b.op('Add', [x, x]);
      const negated = b.op('Neg', [sum]);
      const branch = (value: Value) => {
        const made = new Graph(value.name);
        made.setOutputs([value]);
        return made;
      };
      return [b.op('If', [x], { attributes: { then_branch: branch(sum), else_branch: branch(negated) } })];
    });
    const pair = rewriteRule({
      name: 'pair',
      pattern: (op, x) => {
        const sum = op.Add(x, x);
        return [sum, op.Neg(sum)];
      },
      replace: (op, x) => op.domain('com.example').outputs(2).call('Pair', x),
      imports: { 'com.example': 1 },
    });
    expect(applyRules(model, [pair]).applied).toHaveLength(1);
    expect([...graph.nodes()].map(({ opType }) => opType)).toEqual(['Pair', 'If']);
    expect(faultsOf(model)).toEqual([]);
  });

  it('keeps names of outputs and brings metadata along', () => {
    const { model, graph } = modelOf(['x'], (b, x = null as never) => [b.op('Neg', [b.op('Neg', [x])])]);
    for (const node of graph.nodes()) node.metadataProps.set('layer', node.name);
    applyRules(model, [twice]);
    const [node] = [...graph.nodes()];
    expect([graph.outputs[0]?.name, node?.opType, node?.metadataProps.get('layer')]).toEqual([
      'out0',
      'Identity',
      'neg_1',
    ]);
  });

  it('works in subgraphs on what they capture, and leaves nodes around them alone', () => {
    const { model, graph } = modelOf(['x'], (b, x = null as never) => [b.op('Neg', [x])]);
    const captured = graph.outputs[0] as Value;
    const branch = new Graph('branch');
    const inner = new Value('inner');
    branch.append(new Node('Neg', [captured], [inner]));
    const [last] = branch.append(new Node('Neg', [inner], [new Value('last')])).outputs;
    branch.setOutputs(last ? [last] : []);
    const condition = new Value('condition');
    graph.inputs.push(condition);
    const holder = new Node('If', [condition], [new Value('chosen')], {
      attributes: [['then_branch', { kind: 'graph', value: branch }]],
    });
    graph.append(holder);
    graph.setOutputs([captured, ...holder.outputs]);
    expect(applyRules(model, [twice]).applied).toHaveLength(1);
    expect([...branch.nodes()].map(({ opType }) => opType)).toEqual(['Identity']);
    expect([...graph.nodes()].map(({ opType }) => opType)).toEqual(['Neg', 'If']);
    expect(faultsOf(model)).toEqual([]);
  });

  it('imports the domain of a replacement, or refuses where no version is given', () => {
    const fields = {
      name: 'fast',
      pattern: twice.pattern,
      replace: (op: Parameters<typeof twice.replace>[0], x: Value) =>
        op.domain('com.example').call('Pass', x),
    };
    const build = () => modelOf(['x'], (b, x = null as never) => [b.op('Neg', [b.op('Neg', [x])])]).model;
    const refused = applyRules(build(), [rewriteRule(fields)]).refused;
    expect(refused.map(({ reason }) => reason)).toEqual([
      "the replacement uses domain 'com.example', which is not imported and has no version in the rule",
    ]);
    const model = build();
    applyRules(model, [rewriteRule({ ...fields, imports: { 'com.example': 3 } })]);
    expect(model.opsetImports.get('com.example')).toBe(3);
  });
});
