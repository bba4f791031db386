import { type CarriedState, type DataType, type Graph, tensorType, type Value } from '@sentei/ir';

/** Extent of an axis of a state: a number, a symbol of the inputs such as the batch, or one that grows from nothing. */
export type StateExtent = number | string | { readonly grows: string };

/** A state of a graph that is being made. */
export interface AddedState {
  /** The input, what the last run left. */
  readonly past: Value;
  /** Makes a value the output that the next run gets. */
  present(value: Value): void;
  /** Makes a value the output with the rows that the next run gets behind those of the past, less what `drop` says. */
  append(rows: Value, drop: Value | undefined): void;
}

/** Adds inputs and outputs for states to a graph and keeps the list of them. */
export class StateList {
  readonly states: CarriedState[] = [];
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Adds the input `past_<name>`; its output will be `present_<name>`, or `new_<name>` where only rows are added. */
  add(name: string, type: DataType, extents: readonly StateExtent[]): AddedState {
    const graph = this.#graph;
    const axis = extents.findIndex((each) => typeof each === 'object');
    const typeAt = (place: string) =>
      tensorType(
        type,
        extents.map((each) => (typeof each === 'object' ? `${place}_${each.grows}` : each)),
      );
    const past = graph.newValue(`past_${name}`, typeAt('past'));
    graph.inputs.push(past);
    const start = extents.map((each) => (typeof each === 'object' ? 0 : each));
    return {
      past,
      present: (value) => {
        const output = this.output(value, `present_${name}`, typeAt('present'));
        this.states.push({ input: past.name, output, type, start });
      },
      append: (rows, drop) => {
        const output = this.output(rows, `new_${name}`, typeAt('new'));
        const dropped = drop === undefined ? {} : { drop: drop.name };
        this.states.push({ input: past.name, output, type, start, append: axis, ...dropped });
      },
    };
  }

  /** Makes a value an output of the graph and returns its name. */
  output(value: Value, name: string, type: Value['type']): string {
    value.name = this.#graph.newName(name);
    value.type = type;
    this.#graph.setOutputs([...this.#graph.outputs, value]);
    return value.name;
  }
}
