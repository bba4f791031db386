import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/codec/wire.ts';
import {
  Graph,
  Model,
  Node,
  readModelBytes,
  Tensor,
  takeSnapshot,
  tensorType,
  type Value,
  verify,
  writeModelBytes,
} from '../../src/index.ts';
import { modelMessage } from '../../src/testing/models/messages.ts';
import { tinyModel } from '../support/tiny-model.ts';
import { wrongUseLists } from '../support/use-lists.ts';

type Edit = (model: Model, pick: <T>(items: readonly T[]) => T | undefined) => void;

const edits: Record<string, Edit> = {
  setInput: (model, pick) => pick(nodesOf(model))?.setInput(1, pick(valuesOf(model)) ?? null),
  remove: (model, pick) => {
    const node = pick(nodesOf(model));
    node?.graph?.remove(node);
  },
  insert: (model, pick) => {
    const place = pick(nodesOf(model));
    if (!place?.graph) return;
    const fresh = new Node('Neg', [pick(valuesOf(model)) ?? null], [place.graph.newValue('fresh')]);
    place.graph.insertBefore(place, fresh);
  },
  replace: (model, pick) => {
    const value = pick(valuesOf(model));
    const other = pick(valuesOf(model));
    const isPassedThrough = [...(value?.outputOf ?? [])].some((graph) =>
      graph.inputs.includes(value as Value),
    );
    if (value && other && !isPassedThrough) model.graph.replace(value, other);
  },
  rename: (model, pick) => {
    const value = pick(valuesOf(model));
    if (value) value.name = model.graph.newName('renamed');
  },
  setAttribute: (model, pick) => {
    const node = pick(nodesOf(model));
    const key = pick([...(node?.attributes.keys() ?? []), 'new']);
    node?.setAttribute(key ?? 'new', pick([undefined, { kind: 'int', value: 5n }] as const));
  },
  moveAttribute: (model, pick) => {
    const from = pick(nodesOf(model).filter((node) => [...node.subgraphs()].length > 0));
    const to = pick(nodesOf(model));
    const entry = pick([...(from?.attributes ?? [])]);
    if (!from || !to || !entry) return;
    from.setAttribute(entry[0], undefined);
    to.setAttribute(entry[0], entry[1]);
  },
  wrap: (model, pick) => {
    const node = pick(nodesOf(model));
    const graph = node?.graph;
    if (!node || !graph) return;
    const branch = new Graph('branch');
    const wrapper = new Node('If', [], [graph.newValue('wrapped')]);
    graph.insertBefore(node, wrapper);
    graph.unlink(node);
    branch.append(node);
    branch.setOutputs(node.outputs);
    wrapper.setAttribute('then_branch', { kind: 'graph', value: branch });
  },
  addInitializer: (model, pick) => {
    const graph = pick([...model.graphs()]);
    graph?.addInitializer(pick(graph.inputs) ?? graph.newValue('constant'), Tensor.floats([1, 2]));
  },
  setType: (model, pick) => {
    const value = pick(valuesOf(model));
    if (value) value.type = pick([undefined, tensorType('float16', ['n'])]);
  },
  setOutputs: (model, pick) => {
    const graph = pick([...model.graphs()]);
    graph?.setOutputs([...graph.outputs].reverse().slice(1));
  },
  relabel: (model, pick) => {
    model.metadataProps.set('edited', 'yes');
    model.irVersion = 9;
    model.opsetImports.set('ai.example', 2);
    model.functions = [];
    const node = pick(nodesOf(model));
    node?.metadataProps.set('edited', 'yes');
    if (node) node.opType = 'Edited';
  },
};

function nodesOf(model: Model): Node[] {
  return [...model.graphs()].flatMap((graph) => [...graph.nodes()]);
}

function valuesOf(model: Model): Value[] {
  return [...model.graphs()].flatMap((graph) => [
    ...graph.inputs,
    ...graph.initializers,
    ...[...graph.nodes()].flatMap((node) => node.outputs),
  ]);
}

function edit(model: Model, names: readonly string[], seeds: readonly number[]): void {
  let next = 0;
  const pick = <T>(items: readonly T[]): T | undefined =>
    items[(seeds[next++ % seeds.length] ?? 0) % items.length];
  for (const name of names) edits[name]?.(model, pick);
}

describe('takeSnapshot', () => {
  const plan = {
    message: modelMessage,
    names: fc.array(fc.constantFrom(...Object.keys(edits)), { minLength: 1, maxLength: 8 }),
    seeds: fc.array(fc.nat(1000), { minLength: 5, maxLength: 20 }),
  };

  it('puts back the bytes, the objects and the use lists after any edits', () => {
    fc.assert(
      fc.property(fc.record(plan), ({ message, names, seeds }) => {
        const model = readModelBytes(encodeModel(message));
        const bytes = [...writeModelBytes(model)];
        const nodes = nodesOf(model);
        const undo = takeSnapshot(model);
        edit(model, names, seeds);
        undo();
        expect([...writeModelBytes(model)]).toEqual(bytes);
        expect(nodesOf(model).every((node, index) => node === nodes[index])).toBe(true);
        expect(wrongUseLists(model)).toEqual([]);
        expect(verify(model)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('use lists are right while the edits are in force, for those that keep every graph in place', () => {
    const kept = [
      'setInput',
      'insert',
      'rename',
      'replace',
      'addInitializer',
      'setType',
      'setOutputs',
      'remove',
    ];
    const names = fc.array(fc.constantFrom(...kept), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.record({ ...plan, names }), ({ message, names, seeds }) => {
        const model = readModelBytes(encodeModel(message));
        edit(model, names, seeds);
        const wrong = wrongUseLists(model);
        expect(wrong).toEqual([]);
        expect(verify(model).filter(({ code }) => code === 'broken-use-list')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('lets a walk under way go on after the undo, and can be undone twice', () => {
    const { model, graph, add, relu } = tinyModel();
    const seen: string[] = [];
    const undo = takeSnapshot(model);
    for (const node of graph.nodes()) {
      seen.push(node.opType);
      graph.remove(relu);
      if (node === add) graph.remove(add);
      undo();
    }
    expect(seen).toEqual(['Add', 'Relu']);
    undo();
    expect([...graph.nodes()]).toEqual([add, relu]);
  });

  it('puts back a graph that was moved to another node', () => {
    const { model, graph, relu, add } = tinyModel();
    const body = new Graph('body');
    add.setAttribute('body', { kind: 'graph', value: body });
    const undo = takeSnapshot(model);
    add.setAttribute('body', undefined);
    relu.setAttribute('body', { kind: 'graph', value: body });
    undo();
    expect(body.owner).toBe(add);
    expect(body.root).toBe(graph);
    expect(relu.attributes.size).toBe(0);
  });

  it('puts back the tensors, defaults and the graph of a model', () => {
    const { model, graph, w } = tinyModel();
    const undo = takeSnapshot(model);
    const { tensor } = w;
    w.tensor = Tensor.floats([3, 4]);
    w.overridable = true;
    model.graph = new Graph('other');
    undo();
    expect([w.tensor, w.overridable, model.graph]).toEqual([tensor, false, graph]);
    expect(model).toBeInstanceOf(Model);
  });
});
