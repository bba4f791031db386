import type { AttributeValue } from '@sentei/ir';
import { GraphBuilder, type Model, Node, type Tensor, tensorType } from '@sentei/ir';
import { evaluate } from '../../src/folding/evaluate.ts';
import { takeSurvey } from '../../src/survey.ts';
import { run, tinyModel } from './tiny.ts';

export interface Operator {
  readonly op: string;
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
}

/** A model of one node on constants, and that node. */
export function operatorModel({ op, inputs, attributes = {}, opset = 18 }: Operator): {
  model: Model;
  node: Node;
} {
  const model = tinyModel(
    {},
    (b) => [
      b.op(
        op,
        inputs.map((tensor) => tensor && b.constant(tensor)),
        { attributes },
      ),
    ],
    { opset },
  );
  const [node] = model.graph.nodes();
  return { model, node: node ?? new Node(op, [], []) };
}

/** What the fold makes of an operator. */
export function folded(operator: Operator, limit = 65_536): Tensor | undefined {
  const { model, node } = operatorModel(operator);
  return evaluate(node, (i) => operator.inputs[i] ?? undefined, takeSurvey(model), limit);
}

/** What ONNX Runtime computes for an operator, in the type that the fold gives. */
export async function computed(operator: Operator, dataType: Tensor['dataType']) {
  const { model, node } = operatorModel(operator);
  const [output] = node.outputs;
  if (output === undefined) throw new Error('an operator has an output');
  output.type = tensorType(dataType);
  // Half and bool results are widened, since only numbers are compared.
  const builder = new GraphBuilder(model.graph);
  const wide = builder.op('Cast', [output], { attributes: { to: 11n }, types: [tensorType('float64')] });
  model.graph.setOutputs([wide]);
  const results = await run(model, {});
  return results[wide.name];
}
