import { byteLength, type Feeds, type HostTensor } from '@sentei/data/tensors';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { toHostTensor, toOrtTensors } from '../process/ort-tensors.ts';
import type { CarriedOutput, StepRequest, StepResult } from '../process/protocol.ts';
import { RowBuffer } from './row-buffer.ts';

/** Runs a model again and again and keeps what it hands on to itself, in the process of the model. */
export class CarriedRuns {
  readonly #session: InferenceSession;
  /** By input. */
  readonly #kept = new Map<string, Tensor | RowBuffer>();

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** @throws Error when a carried input has neither a start nor a run before; and what ONNX Runtime throws */
  async step({ feeds, carried, start, outputs }: StepRequest): Promise<StepResult> {
    if (start !== undefined) this.#begin(carried, start);
    const missing = carried.find(({ input }) => !this.#kept.has(input));
    if (missing)
      throw new Error(`nothing was kept for input '${missing.input}': the first step needs a start`);
    const all = { ...toOrtTensors(feeds), ...this.#fed() };
    const drops = carried.flatMap(({ drop }) => drop ?? []);
    const wanted = new Set([...outputs, ...carried.map(({ output }) => output), ...drops]);
    const started = performance.now();
    const results = await this.#session.run(all, [...wanted]);
    const milliseconds = performance.now() - started;
    for (const each of carried) this.#keep(each, results);
    const sent = outputs.map((name) => [name, toHostTensor(name, results[name] as Tensor)] as const);
    return { outputs: Object.fromEntries(sent), milliseconds, carriedBytes: this.#bytes() };
  }

  #begin(carried: readonly CarriedOutput[], start: Feeds): void {
    this.#kept.clear();
    const tensors = toOrtTensors(start);
    for (const { input, append } of carried) {
      const [given, tensor] = [start[input], tensors[input]];
      if (given === undefined || tensor === undefined) continue;
      this.#kept.set(input, append === undefined ? tensor : new RowBuffer(given, append));
    }
  }

  #fed(): Record<string, Tensor> {
    const views: Record<string, HostTensor> = {};
    const tensors: Record<string, Tensor> = {};
    for (const [input, kept] of this.#kept) {
      if (kept instanceof RowBuffer) views[input] = kept.view();
      else tensors[input] = kept;
    }
    return { ...tensors, ...toOrtTensors(views) };
  }

  #keep({ input, output, drop }: CarriedOutput, results: InferenceSession.ReturnType): void {
    const result = results[output] as Tensor;
    const kept = this.#kept.get(input);
    if (!(kept instanceof RowBuffer)) {
      this.#kept.set(input, result);
      return;
    }
    const dropped = drop === undefined ? 0 : Number((results[drop] as Tensor).data[0]);
    kept.change(dropped, toHostTensor(output, result));
  }

  #bytes(): number {
    let bytes = 0;
    for (const [name, kept] of this.#kept)
      bytes += byteLength(kept instanceof RowBuffer ? kept.view() : toHostTensor(name, kept));
    return bytes;
  }
}
