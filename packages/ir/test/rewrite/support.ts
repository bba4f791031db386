import { Graph, GraphBuilder, Model, tensorType, Value, verify } from '../../src/index.ts';
import { wrongUseLists } from '../support/use-lists.ts';

export interface Made {
  readonly model: Model;
  readonly graph: Graph;
}

/** A model of float inputs `x`, `y`, … and of what `build` returns, as outputs `out0`, `out1`, …. */
export function modelOf(
  inputs: readonly string[],
  build: (builder: GraphBuilder, ...values: Value[]) => readonly Value[],
  opset = 20,
): Made {
  const values = inputs.map((name) => new Value(name, tensorType('float32', ['n', 8])));
  const graph = new Graph('main', values);
  const outputs = build(new GraphBuilder(graph), ...values);
  for (const [index, output] of outputs.entries()) {
    if (output.producer?.graph === graph && output.outputOf.size === 0) output.name = `out${index}`;
    output.type ??= tensorType('float32', ['n', 8]);
  }
  graph.setOutputs(outputs);
  return { model: new Model(graph, [['', opset]]), graph };
}

/** Nodes as `out = Operator(input, …) {attribute = value}`, those of subgraphs after the node that holds them. */
export function textOf(graph: Graph): string[] {
  return [...graph.allNodes()].map((node) => {
    const inputs = node.inputs.map((value) => (value === null ? '' : constantText(value)));
    const attributes = [...node.attributes].flatMap(([name, attribute]) =>
      'value' in attribute && attribute.kind !== 'graph' ? [`${name}=${attribute.value}`] : [],
    );
    const domain = node.domain === '' ? '' : `${node.domain}.`;
    const suffix = attributes.length === 0 ? '' : ` {${attributes.join(', ')}}`;
    const outputs = node.outputs.map(({ name }) => name).join(', ');
    return `${outputs} = ${domain}${node.opType}(${inputs.join(', ')})${suffix}`;
  });
}

function constantText(value: Value): string {
  const { tensor } = value;
  return tensor?.size === 1 ? `${tensor.numbers()[0]}` : value.name;
}

/** Everything that is wrong with a model: nothing, for one that rules have left in order. */
export function faultsOf(model: Model): string[] {
  return [...verify(model).map(({ message }) => message), ...wrongUseLists(model)];
}
