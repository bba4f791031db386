import type { Node } from '../graph/node.ts';
import { type Dimension, isTensorType, type Shape, type ValueType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import { canonicalType, type Fact, factOfTensor } from './fact.ts';

/** A node whose inputs make no sense, or whose results contradict what the file declares. */
export interface TypeConflict {
  readonly node: Node;
  /** The output the contradiction is about; absent when it is about the node as a whole. */
  readonly value?: Value;
  readonly reason: string;
}

/**
 * What inference found out about the values of a model, beside the model: `Value.type` is neither used as storage nor
 * changed. Values that inference has not seen answer with what they declare.
 */
export class TypeTable {
  readonly conflicts: TypeConflict[] = [];
  readonly #facts = new Map<Value, Fact>();
  readonly #outer: TypeTable | undefined;

  /** @param outer answers for values this table has not recorded: what a graph handed to a function captures */
  constructor(outer?: TypeTable) {
    this.#outer = outer;
  }

  /** Kind, element type and shape; an element type that is not known reads `'undefined'`. */
  typeOf(value: Value): ValueType | undefined {
    return this.factOf(value)?.type;
  }

  /** Extents of the axes, `undefined` where not even the rank is known. */
  shapeOf(value: Value): Shape | undefined {
    const type = this.typeOf(value);
    return isTensorType(type) ? type.shape : undefined;
  }

  /** Elements of a small integer or bool tensor in row-major order, `null` for those that are not known. */
  integersOf(value: Value): readonly Dimension[] | undefined {
    return this.factOf(value)?.integers;
  }

  /** Everything that is known of a value. */
  factOf(value: Value): Fact | undefined {
    const found = this.recorded(value);
    if (found !== undefined) return found;
    const fact = declaredFact(value);
    if (fact !== undefined) this.#facts.set(value, fact);
    return fact;
  }

  /** What was recorded of a value here or in an outer table. */
  recorded(value: Value): Fact | undefined {
    return this.#facts.get(value) ?? this.#outer?.recorded(value);
  }

  /** Everything recorded, in order. */
  entries(): Iterable<readonly [Value, Fact]> {
    return this.#facts;
  }

  /** Replaces what is known of a value; used by inference. */
  record(value: Value, fact: Fact | undefined): void {
    if (fact === undefined) this.#facts.delete(value);
    else this.#facts.set(value, fact);
  }
}

function declaredFact(value: Value): Fact | undefined {
  if (value.tensor !== undefined && !value.overridable) return factOfTensor(value.tensor);
  if (value.type !== undefined) return { type: canonicalType(value.type) };
  return value.tensor && { type: factOfTensor(value.tensor).type };
}
