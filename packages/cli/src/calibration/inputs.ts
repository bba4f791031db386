import { isTensorType as isHostType, type ModelInput } from '@sentei/data';
import { isTensorType, type Model } from '@sentei/ir';

/** What data has to feed to a model, as far as its file says. */
export function inputsOf({ graph }: Model): ModelInput[] {
  return graph.inputs
    .filter((input) => !graph.initializers.has(input))
    .map(({ name, type }) => {
      if (!isTensorType(type)) return { name, type: null, dims: null };
      const { elementType, shape } = type;
      return { name, type: isHostType(elementType) ? elementType : null, dims: shape ?? null };
    });
}
