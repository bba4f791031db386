import { describe, expect, it } from 'vitest';
import { type Graph, type Node, parseModel, printModel, verify } from '../../src/index.ts';
import { buildGraph } from '../../src/text/build-graph.ts';
import { Lexer } from '../../src/text/lexer.ts';
import { readGraph } from '../../src/text/parse-graph.ts';
import { errorOf } from './support.ts';

const HEADER = '< ir_version: 10, opset_import: ["": 20] >';
const graphOf = (text: string) => parseModel(text).graph;

function nodeOf(graph: Graph, opType: string): Node {
  const node = [...graph.nodes()].find((one) => one.opType === opType);
  if (node === undefined) throw new Error(`no ${opType}`);
  return node;
}

function bodyOf(node: Node, name = 'body'): Graph {
  const body = node.attributes.get(name);
  if (body?.kind !== 'graph') throw new Error(`no ${name}`);
  return body.value;
}

describe('names', () => {
  it('are the values that define them, in whichever order nodes stand', () => {
    const graph = graphOf('g (x) => (y) { y = Second (h) h = First (x) }');
    const first = nodeOf(graph, 'First');
    expect(first.inputs[0]).toBe(graph.inputs[0]);
    expect(nodeOf(graph, 'Second').inputs[0]).toBe(first.outputs[0]);
    expect(graph.outputs[0]).toBe(nodeOf(graph, 'Second').outputs[0]);
  });

  it('in a subgraph are those around it, unless it has its own', () => {
    const graph = graphOf(`g (x) => () <bool w = {1}> {
      y = If <body = b (i) => (a) <bool w = {0}> {
        a = Inner (x, w, i, later)
        c = If <body = c () => () { d = Innermost (x, a) }> ()
      }> ()
      later = Later ()
      z = Outer (w)
    }`);
    const body = bodyOf(nodeOf(graph, 'If'));
    const inner = nodeOf(body, 'Inner');
    const [x, w, i, later] = inner.inputs;
    expect(x).toBe(graph.inputs[0]);
    expect(w).toBe([...body.initializers][0]);
    expect(i).toBe(body.inputs[0]);
    expect(later).toBe(nodeOf(graph, 'Later').outputs[0]);
    expect(nodeOf(graph, 'Outer').inputs[0]).toBe([...graph.initializers][0]);
    const innermost = nodeOf(bodyOf(nodeOf(body, 'If')), 'Innermost');
    expect(innermost.inputs[0]).toBe(graph.inputs[0]);
    expect(innermost.inputs[1]).toBe(inner.outputs[0]);
    expect(graph.inputs[0]?.uses.size).toBe(2);
  });

  it('of one subgraph are nothing to its sibling', () => {
    const text =
      'g () => () { y = If <body = b () => () { a = A () }, other = c () => () { r = B (a) }> () }';
    const node = nodeOf(graphOf(text), 'If');
    const [read] = nodeOf(bodyOf(node, 'other'), 'B').inputs;
    expect([read?.name, read?.producer]).toEqual(['a', null]);
  });

  it('that nothing defines are one value each, which the verifier reports', () => {
    const model = parseModel(`${HEADER} g () => (y) { y = Add (a, a) }`);
    const [left, right] = nodeOf(model.graph, 'Add').inputs;
    expect(left).toBe(right);
    expect(verify(model).map(({ code }) => code)).toEqual(['undefined-value', 'undefined-value']);
  });

  it('that are empty are no values at all', () => {
    const node = nodeOf(graphOf('g () => () { "", "" = Op ("", x, "") }'), 'Op');
    expect(node.inputs.map((value) => value?.name)).toEqual([undefined, 'x', undefined]);
    expect(node.outputs[0]).not.toBe(node.outputs[1]);
  });
});

describe('what a graph returns', () => {
  it('may be what the graph around it defines, described for itself', () => {
    const text = 'g (float x) => () { y = If <body = b () => (int64[n] x) {}> () }';
    const graph = graphOf(text);
    expect(bodyOf(nodeOf(graph, 'If')).outputs[0]).toBe(graph.inputs[0]);
    expect(graph.inputs[0]?.type).toEqual({ kind: 'tensor', elementType: 'float32', shape: [] });
    expect(printModel(parseModel(text))).toContain('b () => (int64[n] x)');
  });

  it('may be an input or an initializer', () => {
    const graph = graphOf('g (float x) => (float x, bool w) <bool w = {1}> {}');
    expect(graph.outputs[0]).toBe(graph.inputs[0]);
    expect(graph.outputs[1]).toBe([...graph.initializers][0]);
  });
});

describe('initializers', () => {
  it.each([
    [3, false],
    [4, true],
  ])('that are inputs are defaults from IR version 4 on: %i', (version, overridable) => {
    const text = `< ir_version: ${version}, opset_import: ["": 9] > g (bool x) => () <bool x = {1}> {}`;
    const { graph } = parseModel(text);
    const [value] = graph.initializers;
    expect(value).toBe(graph.inputs[0]);
    expect(value?.overridable).toBe(overridable);
  });

  it('of one name stay two, the first of which is the input', () => {
    const graph = graphOf('g (bool x) => () <bool x = {1}, bool x = {0}> {}');
    const [first, second] = graph.initializers;
    expect(first).toBe(graph.inputs[0]);
    expect([first, second].map((value) => value?.tensor?.bytes()[0])).toEqual([1, 0]);
  });
});

it('value infos describe what nodes define, and stay where they describe nothing', () => {
  const graph = graphOf('g () => () <float[2] y, float[3] y, bool gone> { y = A () }');
  const type = { kind: 'tensor', elementType: 'float32', shape: [2] };
  expect(nodeOf(graph, 'A').outputs[0]?.type).toEqual(type);
  expect(graph.valueInfoOrder.map(({ name }) => name)).toEqual(['y', 'y', 'gone']);
});

it.each([
  'g () => () { y = A <a = 1, a = 2> () }',
  'g () => () { y = A <b = c () => () { z = B <"q" = 1, q = "s"> () }> () }',
])('two attributes of one name are refused: %s', (text) => {
  expect(errorOf(() => parseModel(text)).code).toBe('invalid-graph');
});

it('a graph may be made of its syntax alone', () => {
  const lexer = new Lexer('(x) => (y) { y = A (x) }');
  const syntax = readGraph({ lexer, options: {}, depth: 0, owner: '', readGraph }, 'g');
  const graph = buildGraph({ ...syntax, isFunction: true }, true);
  expect([graph.name, graph.nodeCount, graph.outputs[0]?.producer?.opType]).toEqual(['g', 1, 'A']);
});
