import type { Attribute } from '../graph/attribute.ts';
import { canonicalDomain, type FunctionDefinition, type Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { type Fact, factKey } from './fact.ts';
import type { Outputs } from './rule.ts';
import type { TypeConflict } from './type-table.ts';

/** What a node names to call a function. */
export function functionKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([canonicalDomain(domain), name, overload]);
}

export function functionsByKey(model: Model): Map<string, FunctionDefinition> {
  return new Map(
    model.functions.map((definition) => {
      const { domain, name, overload } = definition;
      return [functionKey(domain, name, overload), definition];
    }),
  );
}

/**
 * Attributes as the body of a function sees them: those of the call, with its own references resolved by `outer`, then
 * the function's defaults.
 */
export function callAttributes(
  node: Node,
  definition: FunctionDefinition,
  outer: ReadonlyMap<string, Attribute>,
): Map<string, Attribute> {
  const attributes = new Map(definition.attributeDefaults);
  for (const [name, attribute] of node.attributes) {
    const reference = attribute.kind === 'other' ? attribute.message.refAttrName : undefined;
    const resolved = reference ? outer.get(reference) : attribute;
    if (resolved !== undefined) attributes.set(name, resolved);
  }
  return attributes;
}

interface Recollection {
  readonly outputs: Outputs;
  readonly conflicts: readonly TypeConflict[];
}

/** Results of calls by function, attributes and facts, so that functions calling functions are not inferred over and over. */
export class CallMemory {
  readonly #results = new Map<FunctionDefinition, Map<string, Recollection>>();
  readonly #identities = new Map<object, number>();

  /** What an equal call came to, its conflicts repeated, else what `infer` comes to. */
  recall(
    definition: FunctionDefinition,
    [facts, leftOut]: readonly [readonly (Fact | null | undefined)[], readonly number[]],
    attributes: ReadonlyMap<string, Attribute>,
    conflicts: TypeConflict[],
    infer: () => Outputs,
  ): Outputs {
    const results = this.#results.get(definition) ?? new Map<string, Recollection>();
    this.#results.set(definition, results);
    const inputs = facts.map((fact) => factKey(fact ?? undefined));
    const given = [...attributes].map(([name, attribute]) => [name, this.#attributeKey(attribute)]);
    const key = JSON.stringify([inputs, leftOut, given]);
    // Graphs capture values about which more or less may be known the next time.
    const repeats = [...attributes.values()].every(({ kind }) => kind !== 'graph' && kind !== 'graphs');
    const known = repeats ? results.get(key) : undefined;
    if (known !== undefined) {
      for (const conflict of known.conflicts) conflicts.push(conflict);
      return known.outputs;
    }
    const start = conflicts.length;
    const outputs = infer();
    const own = distinct(conflicts.splice(start));
    for (const conflict of own) conflicts.push(conflict);
    if (repeats) results.set(key, { outputs, conflicts: own });
    return outputs;
  }

  /** Tensors and graphs are told apart by identity. */
  #attributeKey(attribute: Attribute): string {
    if (attribute.kind === 'int' || attribute.kind === 'float' || attribute.kind === 'string')
      return `${attribute.kind} ${attribute.value}`;
    if (attribute.kind === 'ints' || attribute.kind === 'floats')
      return `${attribute.kind} ${attribute.value}`;
    const subject = attribute.kind === 'other' ? attribute.message : attribute.value;
    const identity = this.#identities.get(subject) ?? this.#identities.size;
    this.#identities.set(subject, identity);
    return `${attribute.kind} #${identity}`;
  }
}

function distinct(conflicts: readonly TypeConflict[]): TypeConflict[] {
  const seen = new Map<Node, Set<string>>();
  return conflicts.filter(({ node, value, reason }) => {
    const reasons = seen.get(node) ?? new Set();
    seen.set(node, reasons);
    const key = `${value?.name ?? ''} ${reason}`;
    if (reasons.has(key)) return false;
    reasons.add(key);
    return true;
  });
}
