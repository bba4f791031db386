import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * Runs models. A pass that needs numbers it cannot compute itself, such as the value of a constant subgraph, asks for
 * them here; a runtime implements it, so that passes can be composed with any engine.
 */
export interface Executor {
  /**
   * Runs `model` once and returns its outputs by name. The model is only read.
   *
   * @param feeds one tensor for each input without a default, by name
   * @throws SenteiError `runtime-failed`, `runtime-timeout`; `unsupported-model` for types it cannot feed or return
   */
  run(model: Model, feeds: ReadonlyMap<string, Tensor>, signal?: AbortSignal): Promise<Map<string, Tensor>>;
}
