import { type CarriedState, type DataType, type Graph, tensorType, type Value } from '@sentei/ir';

/** Extent of an axis of a state: a number, a symbol of the inputs such as the batch, or one that grows from nothing. */
export type StateExtent = number | string | { readonly grows: string };

/** A state of a graph that is being made. */
export interface AddedState {
  /** The input, what the last run left. */
  readonly past: Value;
  /** Makes a value the output that the next run gets. */
  present(value: Value): void;
}

/** Adds inputs and outputs for states to a graph and keeps the list of them. */
export class StateList {
  readonly states: CarriedState[] = [];
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Adds the input `past_<name>`; its output will be `present_<name>`. */
  add(name: string, type: DataType, extents: readonly StateExtent[]): AddedState {
    const graph = this.#graph;
    const typeAt = (place: string) =>
      tensorType(
        type,
        extents.map((each) => (typeof each === 'object' ? `${place}_${each.grows}` : each)),
      );
    const past = graph.newValue(`past_${name}`, typeAt('past'));
    graph.inputs.push(past);
    const present = (value: Value) => {
      value.name = graph.newName(`present_${name}`);
      value.type = typeAt('present');
      graph.setOutputs([...graph.outputs, value]);
      const start = extents.map((each) => (typeof each === 'object' ? 0 : each));
      this.states.push({ input: past.name, output: value.name, type, start });
    };
    return { past, present };
  }
}
