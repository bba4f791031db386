import { type GraphBuilder, type Model, Tensor, type Value } from '@sentei/ir';
import { type TinyOptions, tinyModel } from './tiny.ts';

export interface NormForm {
  readonly square?: 'pow' | 'mul';
  readonly inverse?: 'reciprocal' | 'one-over' | 'minus-half' | 'div' | 'div-half';
  readonly gamma?: boolean;
  readonly epsilonFirst?: boolean;
  readonly scaleFirst?: boolean;
  readonly axesAttribute?: boolean;
  readonly centred?: boolean;
  readonly constantNodes?: boolean;
  readonly keepdims?: bigint;
  readonly options?: TinyOptions;
}

/** A norm over the last axis of x [n, 3, 8] in one of the forms that exporters write. */
export function normModel(
  form: NormForm = {},
  extend: (b: GraphBuilder, y: Value, inner: Value) => Value = (_, y) => y,
): Model {
  return tinyModel(
    { x: ['n', 3, 8] },
    (b, [input]) => {
      const number = (value: number): Value =>
        form.constantNodes
          ? b.op('Constant', [], { attributes: { value: Tensor.floats([value], []) } })
          : b.float32([value], []);
      const mean = (value: Value) =>
        form.axesAttribute
          ? b.op('ReduceMean', [value], { attributes: { axes: [-1n], keepdims: 1n } })
          : b.op('ReduceMean', [value, b.int64([-1])], { attributes: { keepdims: form.keepdims ?? 1n } });
      const x = form.centred ? b.op('Sub', [input as Value, mean(input as Value)]) : (input as Value);
      const square = form.square === 'mul' ? b.op('Mul', [x, x]) : b.op('Pow', [x, number(2)]);
      const terms = [mean(square), number(1e-5)];
      const sum = b.op('Add', form.epsilonFirst ? terms.reverse() : terms);
      const [scale, op] = inverse(b, sum, form.inverse ?? 'reciprocal', number);
      const unit = b.op(op, op === 'Mul' && form.scaleFirst ? [scale, x] : [x, scale]);
      const y = form.gamma === false ? unit : b.op('Mul', [unit, b.float32([1, 2, 3, 4, 5, 6, 7, 8])]);
      return [extend(b, y, scale)];
    },
    form.options,
  );
}

function inverse(
  b: GraphBuilder,
  sum: Value,
  kind: NonNullable<NormForm['inverse']>,
  number: (value: number) => Value,
): [Value, 'Mul' | 'Div'] {
  switch (kind) {
    case 'minus-half':
      return [b.op('Pow', [sum, number(-0.5)]), 'Mul'];
    case 'div-half':
      return [b.op('Pow', [sum, number(0.5)]), 'Div'];
    case 'div':
      return [b.op('Sqrt', [sum]), 'Div'];
    case 'one-over':
      return [b.op('Div', [number(1), b.op('Sqrt', [sum])]), 'Mul'];
    case 'reciprocal':
      return [b.op('Reciprocal', [b.op('Sqrt', [sum])]), 'Mul'];
  }
}
