import type { Linear } from './linear.ts';

/**
 * A value that differs from place to place by conditions: `table[c]` is what it is where condition `n` of `conditions` holds
 * exactly if bit `n` of `c` is set.
 */
export interface Cases {
  readonly conditions: readonly string[];
  readonly table: readonly Linear[];
}

/** More conditions than this are no mask that anybody writes. */
const MOST_CONDITIONS = 6;

export function always(value: Linear): Cases {
  return { conditions: [], table: [value] };
}

/** Works out an operator in each case on its own; `undefined` where it has no answer in one of them. */
export function inEachCase(
  operands: readonly Cases[],
  operation: (values: readonly Linear[]) => Linear | undefined,
): Cases | undefined {
  const conditions = [...new Set(operands.flatMap((operand) => operand.conditions))];
  if (conditions.length > MOST_CONDITIONS) return undefined;
  const table: Linear[] = [];
  for (let index = 0; index < 2 ** conditions.length; index++) {
    const holding = new Set(conditions.filter((_, bit) => (index >> bit) & 1));
    const result = operation(operands.map((operand) => caseOf(operand, holding)));
    if (result === undefined) return undefined;
    table.push(result);
  }
  return { conditions, table };
}

/** What a value is where exactly these conditions hold. */
export function caseOf({ conditions, table }: Cases, holding: ReadonlySet<string>): Linear {
  const index = conditions.reduce(
    (bits, condition, bit) => bits | (holding.has(condition) ? 1 << bit : 0),
    0,
  );
  return table[index] as Linear;
}

/** `whenTrue` where a condition holds and `whenFalse` elsewhere. */
export function choice(condition: string, whenTrue: Linear, whenFalse: Linear): Cases {
  return { conditions: [condition], table: [whenFalse, whenTrue] };
}
