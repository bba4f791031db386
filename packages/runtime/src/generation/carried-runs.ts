import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { toHostTensor, toOrtTensors } from '../process/ort-tensors.ts';
import type { StepRequest, StepResult } from '../process/protocol.ts';

/** Runs a model again and again and keeps what it hands on to itself, in the process of the model. */
export class CarriedRuns {
  readonly #session: InferenceSession;
  #kept: Readonly<Record<string, Tensor>> = {};

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** @throws Error when a carried input has neither a start nor a run before; and what ONNX Runtime throws */
  async step({ feeds, carried, start, outputs }: StepRequest): Promise<StepResult> {
    const before = start === undefined ? this.#kept : toOrtTensors(start);
    const missing = carried.find(({ input }) => before[input] === undefined);
    if (missing)
      throw new Error(`nothing was kept for input '${missing.input}': the first step needs a start`);
    const all = { ...toOrtTensors(feeds), ...before };
    const wanted = new Set([...outputs, ...carried.map(({ output }) => output)]);
    const started = performance.now();
    const results = await this.#session.run(all, [...wanted]);
    const milliseconds = performance.now() - started;
    const at = (name: string) => results[name] as Tensor;
    this.#kept = Object.fromEntries(carried.map(({ input, output }) => [input, at(output)]));
    const carriedBytes = Object.values(this.#kept).reduce((sum, tensor) => sum + bytesOf(tensor), 0);
    const sent = outputs.map((name) => [name, toHostTensor(name, at(name))] as const);
    return { outputs: Object.fromEntries(sent), milliseconds, carriedBytes };
  }
}

function bytesOf({ data }: Tensor): number {
  return ArrayBuffer.isView(data) ? data.byteLength : 0;
}
