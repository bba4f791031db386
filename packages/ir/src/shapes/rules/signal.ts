import type { Dimension } from '../../graph/type.ts';
import { attributeType } from '../attribute-type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, floorDivide, subtract } from '../symbols.ts';

/** Number of frequencies of a real signal: those above half of the length mirror the others. */
function onesided(length: Dimension): Dimension {
  return add(floorDivide(length, 2), 1);
}

/** Transforms axis `axis` of [batch, signal…, 1 or 2], the last axis being real or real and imaginary part. */
function fourier(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shapeOfRank(0, 2);
  // Opset 17 took the axis as an attribute.
  const given = context.opset < 20 ? (context.int('axis') ?? 1) : context.has(2) ? context.integer(2) : -2;
  if (shape === undefined) return [tensorFact(elementType)];
  const isOnesided = context.int('onesided') === 1;
  const isInverse = context.int('inverse') === 1;
  // From half of the frequencies back to a real signal.
  const parts = isOnesided && isInverse ? 1 : 2;
  if (typeof given !== 'number') {
    const stays = !isOnesided && !context.has(1);
    const inner = shape.slice(1, -1).map((extent) => (stays ? extent : null));
    return [tensorFact(elementType, [shape[0] ?? null, ...inner, parts])];
  }
  const axis = context.axis(given, shape.length);
  const own = shape[axis] ?? null;
  const length = context.has(1) ? context.integer(1) : isInverse && isOnesided ? multiplyBack(own) : own;
  const extent = isOnesided && !isInverse ? onesided(length) : length;
  return [tensorFact(elementType, [...shape.with(axis, extent).slice(0, -1), parts])];
}

/** Length of the signal that has this many frequencies, taken to be even. */
function multiplyBack(frequencies: Dimension): Dimension {
  return subtract(add(frequencies, frequencies), 2);
}

/** Signal [batch, length, 1 or 2] to [batch, frames, frequencies, 2]. */
function shortTimeFourier(context: RuleContext): Outputs {
  const [batch = null, length = null] = context.shapeOfRank(0, 2, 3) ?? [];
  const step = context.integer(1);
  const frame = context.has(3) ? context.integer(3) : context.has(2) ? (context.shape(2)?.[0] ?? null) : null;
  const frames =
    typeof step === 'number' && step > 0 ? add(floorDivide(subtract(length, frame), step), 1) : null;
  const frequencies = (context.int('onesided') ?? 1) === 0 ? frame : onesided(frame);
  return [tensorFact(context.elementType(0), [batch, frames, frequencies, 2])];
}

function window(context: RuleContext): Outputs {
  return [tensorFact(attributeType(context, 'output_datatype') ?? 'float32', [context.integer(0)])];
}

function melWeightMatrix(context: RuleContext): Outputs {
  const shape = [onesided(context.integer(1)), context.integer(0)];
  return [tensorFact(attributeType(context, 'output_datatype') ?? 'float32', shape)];
}

export const signalRules: RuleFamily = {
  BlackmanWindow: window,
  DFT: fourier,
  HammingWindow: window,
  HannWindow: window,
  MelWeightMatrix: melWeightMatrix,
  STFT: shortTimeFourier,
};
