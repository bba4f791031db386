import { findBlocks } from '@sentei/anatomy';
import {
  inferTypes,
  isTensorType,
  type Model,
  type Node,
  SenteiError,
  type Tap,
  type Value,
} from '@sentei/ir';

/** What is asked of each value when nobody says: figures by feature, and the distribution within 0.4 %. */
const STATISTICS = { moments: 'feature', quantiles: { bits: 7 } } as const;

const FLOATS: ReadonlySet<string> = new Set(['float16', 'float32', 'float64']);

/**
 * The values of the residual stream, before the first block and behind each sub-block; in a model without residual blocks, what
 * nodes with weights compute.
 *
 * @throws SenteiError `invalid-option` when there is neither
 */
export function defaultTaps(model: Model): Tap[] {
  const { subBlocks } = findBlocks(model.graph);
  const stream = subBlocks
    .filter(({ graph }) => graph === model.graph)
    .flatMap(({ input, output }) => [input, output]);
  const values = new Set(stream.length > 0 ? stream : weightedOutputs(model));
  if (values.size > 0) return [...values].map((value) => ({ value, ...STATISTICS }));
  throw new SenteiError('invalid-option', 'the model has no residual stream and no nodes with weights', {
    subject: '--taps',
    hint: 'name the values in a file for --taps',
  });
}

function weightedOutputs(model: Model): Value[] {
  const types = inferTypes(model);
  const isFloat = (value: Value): boolean => {
    const type = types.typeOf(value);
    return isTensorType(type) && FLOATS.has(type.elementType);
  };
  return [...model.graph.nodes()]
    .filter((node) => hasWeights(node, model))
    .flatMap(({ outputs }) => outputs.slice(0, 1))
    .filter(({ name }) => name !== '')
    .filter(isFloat);
}

/** Vectors are biases and scales. */
function hasWeights({ inputs }: Node, { graph }: Model): boolean {
  return inputs.some(
    (input) => input !== null && graph.initializers.has(input) && (input.shape?.length ?? 0) > 1,
  );
}
