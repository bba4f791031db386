import { expect, test } from 'vitest';
import type { Dimension, Signature, ValueSignature } from '../../src/process/protocol.ts';
import { checkSignatures } from '../../src/validation/check-signatures.ts';

const value = (
  name: string,
  dims: readonly Dimension[] | null = ['batch', 4],
  type: ValueSignature['type'] = 'float32',
): ValueSignature => ({ name, type, dims });

const original: Signature = { inputs: [value('x'), value('y')], outputs: [value('z')] };

function faultOf(candidate: Partial<Signature>): string | undefined {
  try {
    checkSignatures(original, { ...original, ...candidate }, 'pruned.onnx');
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'models-differ', subject: 'pruned.onnx' });
    return error instanceof Error ? error.message : String(error);
  }
}

test('the same names, types and ranks can be compared, in any order and with other sizes', () => {
  expect(faultOf({})).toBeUndefined();
  expect(faultOf({ inputs: [value('y', [2, null]), value('x', [])] })).toBeUndefined();
});

test('what does not fit is named', () => {
  expect(faultOf({ inputs: [value('x')] })).toBe("pruned.onnx: input 'y' of the original is not there");
  expect(faultOf({ inputs: [value('x'), value('y', ['batch', 4], 'float16')] })).toBe(
    "pruned.onnx: input 'y' is float16 [batch, 4], in the original float32 [batch, 4]",
  );
  expect(faultOf({ outputs: [value('z', ['batch', 1, null])] })).toBe(
    "pruned.onnx: output 'z' is float32 [batch, 1, ?], in the original float32 [batch, 4]",
  );
  expect(faultOf({ outputs: [value('z'), value('more')] })).toBe(
    "pruned.onnx: output 'more' is one that the original does not have",
  );
});
