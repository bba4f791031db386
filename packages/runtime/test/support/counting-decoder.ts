import {
  type CarriedState,
  Graph,
  GraphBuilder,
  Model,
  setCarriedStates,
  Tensor,
  tensorType,
  Value,
  writeModelBytes,
} from '@sentei/ir';

export interface CountingOptions {
  /** Whether the bytes that were read are handed on whole, or new ones to be appended, of which old ones are dropped. */
  readonly returns?: 'whole' | 'rows';
}

const VOCABULARY = 256;

/**
 * A decoder whose state is the bytes it has read: of a run of bytes b at positions t its logits favour the byte of the sum of all
 * bytes before and at t, modulo 256. With rows it forgets all but the last four, so that sums are of at most four and the run.
 */
export function countingDecoder({ returns = 'whole' }: CountingOptions = {}): Uint8Array {
  const ids = new Value('ids', tensorType('int64', ['batch', 'sequence']));
  const past = new Value('past_ids', tensorType('int64', ['batch', 'read']));
  const graph = new Graph('counting', [ids, past]);
  const b = new GraphBuilder(graph);
  const axis = b.constant(Tensor.int64([1], []));
  const all = b.op('Concat', [past, ids], { attributes: { axis: 1n } });
  const before = b.op('ReduceSum', [past, b.int64([1])], { attributes: { keepdims: 1n } });
  const sums = b.op('Add', [b.op('CumSum', [ids, axis]), before]);
  const favoured = b.op('Mod', [sums, b.constant(Tensor.int64([VOCABULARY], []))]);
  const logits = b.op('OneHot', [favoured, b.constant(Tensor.int64([VOCABULARY], [])), b.float32([0, 5])], {
    types: [tensorType('float32', ['batch', 'sequence', VOCABULARY])],
  });
  logits.name = 'logits';
  const isWhole = returns === 'whole';
  const output = b.op('Identity', [isWhole ? all : ids], { types: [tensorType('int64', ['batch', 'kept'])] });
  output.name = 'present_ids';
  const read = b.op('Gather', [b.op('Shape', [past]), b.int64([1])], { attributes: { axis: 0n } });
  const drop = b.op('Max', [b.op('Sub', [read, b.int64([4])]), b.int64([0])], {
    types: [tensorType('int64', [1])],
  });
  drop.name = 'drop';
  graph.setOutputs(isWhole ? [logits, output] : [logits, output, drop]);
  const model = new Model(graph, [['', 18]], 10);
  const state: CarriedState = {
    input: 'past_ids',
    output: 'present_ids',
    type: 'int64',
    start: ['batch', 0],
  };
  setCarriedStates(model, [isWhole ? state : { ...state, append: 1, drop: 'drop' }]);
  return writeModelBytes(model);
}
