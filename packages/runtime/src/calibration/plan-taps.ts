import { type Model, parseOptions, SenteiError, type Tap, type Value } from '@sentei/ir';
import { type Plan, plan, valuesOf } from './plan.ts';

/**
 * Checks taps against a model, and puts names for values.
 *
 * @throws SenteiError `invalid-option` naming the value that cannot be tapped, or the field at fault
 */
export function planTaps(model: Model, taps: readonly Tap[], nonFinite: Plan['nonFinite']): Plan {
  const named = taps.map(({ value, mask, cross, ...rest }) => ({
    ...rest,
    value: nameOf(value),
    mask: mask === undefined ? undefined : nameOf(mask),
    cross: cross?.map(nameOf),
  }));
  const planned = parseOptions(plan, { taps: named, nonFinite });
  const values = topLevelValues(model);
  for (const [index, { value, mask, cross }] of taps.entries()) {
    const { moments, gram, histogram, quantiles, reservoir } = planned.taps[index] ?? {};
    if (![moments, gram, cross?.length, histogram, quantiles, reservoir].some(Boolean))
      throw refuse(nameOf(value), 'is tapped for nothing', 'name a statistic, such as "moments": "feature"');
    for (const wanted of [value, ...(mask === undefined ? [] : [mask]), ...(cross ?? [])])
      checkValue(wanted, model, values);
  }
  return planned;
}

/** The values that the model has to return for a plan: all that it reads but inputs, which are known. */
export function tappedOutputs(model: Model, taps: Pick<Plan, 'taps'>): Value[] {
  const values = topLevelValues(model);
  return valuesOf(taps)
    .map((name) => values.get(name))
    .filter((value) => value !== undefined)
    .filter((value) => value.producer !== null);
}

function nameOf(value: Value | string): string {
  return typeof value === 'string' ? value : value.name;
}

function topLevelValues({ graph }: Model): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const value of [...graph.inputs, ...graph.initializers]) values.set(value.name, value);
  for (const node of graph.nodes()) for (const output of node.outputs) values.set(output.name, output);
  values.delete('');
  return values;
}

function checkValue(wanted: Value | string, model: Model, values: ReadonlyMap<string, Value>): void {
  const name = nameOf(wanted);
  const found = values.get(name);
  if (found === undefined || (typeof wanted !== 'string' && found !== wanted)) {
    if (isInside(wanted, model)) {
      throw refuse(
        name,
        'lies inside a subgraph or function, where it may be computed many times or never',
        'tap a value of the main graph',
      );
    }
    throw refuse(name, 'is not a value of the model', 'sentei print lists the values of a model');
  }
  if (found.producer !== null || !model.graph.initializers.has(found) || found.overridable) return;
  throw refuse(name, 'is a constant: it is the same for all data', 'read its tensor instead');
}

function isInside(wanted: Value | string, model: Model): boolean {
  for (const graph of model.graphs()) {
    if (graph === model.graph) continue;
    const own = [
      ...graph.inputs,
      ...graph.initializers,
      ...[...graph.nodes()].flatMap(({ outputs }) => outputs),
    ];
    if (own.some((value) => (typeof wanted === 'string' ? value.name === wanted : value === wanted)))
      return true;
  }
  return false;
}

function refuse(name: string, fault: string, hint: string): SenteiError {
  return new SenteiError('invalid-option', `tapped value '${name}' ${fault}`, { subject: name, hint });
}
