import { SenteiError } from './errors.ts';
import type { Graph } from './graph/graph.ts';
import { canonicalDomain, type Model } from './graph/model.ts';
import type { Node } from './graph/node.ts';
import type { Value } from './graph/value.ts';

/** Stable identifiers of the rules that `verify` checks. */
export type ProblemCode =
  | 'undefined-value'
  | 'out-of-order'
  | 'assigned-twice'
  | 'undefined-output'
  | 'missing-opset'
  | 'broken-use-list';

/** A rule that the graph breaks, and where. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

/**
 * Checks the rules every ONNX graph keeps: names are assigned once per graph, every value that is read is defined before,
 * in the graph itself or one around it and under a name that still means it there, outputs are defined, every domain has
 * an opset, and the use lists agree with the nodes. Linear in the size of the model.
 */
export function verify(model: Model): Problem[] {
  const problems: Problem[] = [];
  const domains = new Set(model.opsetImports.keys());
  // Before IR version 3 models had no opset imports; the standard operators were those of opset 1.
  if (model.irVersion < 3) domains.add('');
  verifyGraph(model.graph, new Scope(undefined), { domains, problems });
  for (const { graph, opsetImports } of model.functions) {
    const known = new Set([...opsetImports.keys(), ...domains]);
    verifyGraph(graph, new Scope(undefined), { domains: known, problems });
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

interface Verification {
  readonly domains: ReadonlySet<string>;
  readonly problems: Problem[];
}

/** What is defined so far at one place: in a graph, then in those around it. */
class Scope {
  readonly outer: Scope | undefined;
  readonly names = new Map<string, Value>();

  constructor(outer: Scope | undefined) {
    this.outer = outer;
  }

  /** Whether the value is defined, and whether its name still means it here. */
  find(value: Value): 'visible' | 'hidden' | 'undefined' {
    let isFirst = true;
    for (let scope: Scope | undefined = this; scope; scope = scope.outer) {
      const meant = scope.names.get(value.name);
      if (meant === value) return isFirst ? 'visible' : 'hidden';
      if (meant !== undefined) isFirst = false;
    }
    return 'undefined';
  }
}

function verifyGraph(graph: Graph, scope: Scope, verification: Verification): void {
  const { problems, domains } = verification;
  const define = (value: Value, place: string) => {
    if (scope.names.has(value.name)) {
      problems.push({
        code: 'assigned-twice',
        message: `${value.name} is assigned twice in ${graph.name} (${place})`,
      });
    }
    scope.names.set(value.name, value);
  };
  const inputs = new Set(graph.inputs);
  for (const input of graph.inputs) define(input, 'an input');
  const constants = [...graph.initializers, ...graph.sparseInitializers.map(({ value }) => value)];
  for (const value of constants) if (!inputs.has(value)) define(value, 'an initializer');
  for (const node of graph.nodes()) {
    if (!domains.has(canonicalDomain(node.domain))) {
      problems.push({
        code: 'missing-opset',
        message: `${node} uses domain '${node.domain}', which has no opset import`,
      });
    }
    checkInputs(node, graph, scope, verification);
    for (const subgraph of node.subgraphs()) verifyGraph(subgraph, new Scope(scope), verification);
    for (const output of node.outputs) {
      if (output.producer !== node)
        problems.push({ code: 'broken-use-list', message: `${node} lost its output ${output.name}` });
      if (output.name === '') continue;
      if (scope.names.has(output.name)) define(output, `${node}`);
      else scope.names.set(output.name, output);
    }
  }
  for (const output of graph.outputs) {
    if (scope.find(output) === 'undefined') {
      problems.push({
        code: 'undefined-output',
        message: `output ${output.name} of ${graph.name} is never computed`,
      });
    }
  }
}

function checkInputs(node: Node, graph: Graph, scope: Scope, { problems }: Verification): void {
  const { inputs } = node;
  for (let index = 0; index < inputs.length; index++) {
    const value = inputs[index] ?? null;
    if (value === null) continue;
    if (!node.isUseKnown(index)) {
      problems.push({
        code: 'broken-use-list',
        message: `${value.name} does not know that ${node} reads it`,
      });
    }
    const found = scope.names.get(value.name) === value ? 'visible' : scope.find(value);
    if (found === 'visible') continue;
    if (found === 'hidden') {
      problems.push({
        code: 'assigned-twice',
        message: `${node} reads ${value.name} of a graph around ${graph.name}, which assigns that name again`,
      });
      continue;
    }
    const later = value.producer?.graph === graph;
    problems.push({
      code: later ? 'out-of-order' : 'undefined-value',
      message: `${node} reads ${value.name}, ${later ? 'which is computed after it' : 'which is not defined'}`,
    });
  }
}
