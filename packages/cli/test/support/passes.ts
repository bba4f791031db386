import { definePass, type Model, type PassFactory, Tensor, type Value } from '@sentei/ir';
import { z } from 'zod';

const none = z.strictObject({});

/** Takes out Identity nodes: changes nothing but the graph. */
export const tidy = definePass({
  id: 'tidy',
  description: 'takes out Identity nodes',
  guarantee: 'exact',
  schema: none,
  *propose(model) {
    const found = [...model.graph.nodes()].filter((node) => node.is('Identity'));
    if (found.length === 0) {
      yield { kind: 'refusal', name: 'identities', nodes: [], reason: 'there are none' };
      return;
    }
    yield {
      kind: 'patch',
      name: 'identities',
      guarantee: 'exact',
      nodes: found.map(String),
      apply() {
        for (const node of found) {
          const [input, output] = [node.input(0), node.output(0)];
          if (input && output) model.graph.replace(output, input);
          model.graph.remove(node);
        }
      },
    };
  },
});

/** Scales all weights by a factor, as something to be judged, or as something that pretends to be exact. */
function scaling(id: string, guarantee: 'exact' | 'empirical'): PassFactory {
  return definePass({
    id,
    description: 'scales all weights',
    guarantee,
    schema: z.strictObject({ factor: z.number().default(1) }),
    *propose(model, context, { factor }) {
      context.progress({ message: 'scaling', done: 1, total: 1 });
      const nodes = [...model.graph.nodes()].map(String);
      yield { kind: 'patch', name: 'all weights', guarantee, nodes, apply: () => scale(model, factor) };
    },
  });
}

export const blur = scaling('blur', 'empirical');
export const sneak = scaling('sneak', 'exact');

/** Leaves a graph behind that no runtime would take. */
export const vandal = definePass({
  id: 'vandal',
  description: 'removes a node that is needed',
  guarantee: 'exact',
  schema: none,
  *propose(model) {
    const [first] = model.graph.nodes();
    const apply = () => first && model.graph.remove(first);
    yield { kind: 'patch', name: 'vandalism', guarantee: 'exact', nodes: [], apply };
  },
});

/** Gives the model an operator that only exists on paper. */
export const invention = definePass({
  id: 'invention',
  description: 'renames an operator',
  guarantee: 'exact',
  schema: none,
  *propose(model) {
    const node = [...model.graph.nodes()].find((each) => each.is('Identity'));
    const apply = () => {
      if (node) node.opType = 'NoSuchOperator';
    };
    yield { kind: 'patch', name: 'a new operator', guarantee: 'exact', nodes: [], apply };
  },
});

export const FAKES: readonly PassFactory[] = [tidy, blur, sneak, vandal, invention];

function scale(model: Model, factor: number): void {
  for (const value of [...model.graph.initializers]) {
    const { tensor }: Value = value;
    if (tensor === undefined) continue;
    const scaled = Tensor.floats(
      tensor.numbers().map((weight) => weight * factor),
      tensor.dims,
    );
    model.graph.addInitializer(value, scaled);
  }
}
