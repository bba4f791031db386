import { SenteiError } from './errors.ts';
import type { Graph } from './graph/graph.ts';
import { canonicalDomain, type Model } from './graph/model.ts';
import type { Node } from './graph/node.ts';
import type { Value } from './graph/value.ts';

export type ProblemCode =
  | 'undefined-value'
  | 'out-of-order'
  | 'assigned-twice'
  | 'undefined-output'
  | 'missing-opset'
  | 'broken-use-list';

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

/**
 * Checks the rules every ONNX graph keeps: names are assigned once per graph, every value that is read is defined before,
 * in the graph itself or one around it, outputs are defined, every domain has an opset, and the use lists agree with the
 * nodes. Linear in the size of the model.
 */
export function verify(model: Model): Problem[] {
  const problems: Problem[] = [];
  verifyGraph(model.graph, new Set(), new Set(model.opsetImports.keys()), problems);
  for (const { graph, opsetImports } of model.functions) {
    verifyGraph(graph, new Set(), new Set([...opsetImports.keys(), ...model.opsetImports.keys()]), problems);
  }
  return problems;
}

/** @throws SenteiError `invalid-graph` naming the first problem. */
export function assertValid(model: Model): void {
  const problems = verify(model);
  const [first] = problems;
  if (first === undefined) return;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new SenteiError('invalid-graph', `the graph is invalid: ${first.message}${others}`, {
    hint: 'the model breaks a rule of the ONNX specification; onnx.checker tells more',
  });
}

function verifyGraph(
  graph: Graph,
  outer: ReadonlySet<Value>,
  domains: ReadonlySet<string>,
  problems: Problem[],
): void {
  const visible = new Set(outer);
  const names = new Map<string, Value>();
  const define = (value: Value, place: string) => {
    const known = names.get(value.name);
    if (known !== undefined && known !== value) {
      problems.push({
        code: 'assigned-twice',
        message: `${value.name} is assigned twice in ${graph.name} (${place})`,
      });
    }
    names.set(value.name, value);
    visible.add(value);
  };
  for (const input of graph.inputs) define(input, 'an input');
  for (const value of graph.initializers) define(value, 'an initializer');
  for (const { value } of graph.sparseInitializers) define(value, 'a sparse initializer');
  for (const node of graph.nodes()) {
    if (!domains.has(canonicalDomain(node.domain))) {
      problems.push({
        code: 'missing-opset',
        message: `${node} uses domain '${node.domain}', which has no opset import`,
      });
    }
    checkInputs(node, graph, visible, problems);
    for (const subgraph of node.subgraphs()) verifyGraph(subgraph, visible, domains, problems);
    for (const output of node.outputs) {
      if (output.producer !== node)
        problems.push({ code: 'broken-use-list', message: `${node} lost its output ${output.name}` });
      if (output.name !== '') define(output, `${node}`);
    }
  }
  for (const output of graph.outputs) {
    if (!visible.has(output)) {
      problems.push({
        code: 'undefined-output',
        message: `output ${output.name} of ${graph.name} is never computed`,
      });
    }
  }
}

function checkInputs(node: Node, graph: Graph, visible: ReadonlySet<Value>, problems: Problem[]): void {
  for (const [index, value] of node.inputs.entries()) {
    if (value === null) continue;
    if (![...value.uses].some((use) => use.node === node && use.index === index)) {
      problems.push({
        code: 'broken-use-list',
        message: `${value.name} does not know that ${node} reads it`,
      });
    }
    if (visible.has(value)) continue;
    const later = value.producer?.graph === graph;
    problems.push({
      code: later ? 'out-of-order' : 'undefined-value',
      message: `${node} reads ${value.name}, ${later ? 'which is computed after it' : 'which is not defined'}`,
    });
  }
}
