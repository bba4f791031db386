import { byteLength, type HostTensor, isTensorType as isHostType } from '@sentei/data';
import {
  type Executor,
  isTensorType,
  type Model,
  parseOptions,
  SenteiError,
  type Tensor,
  writeModelBytes,
} from '@sentei/ir';
import { z } from 'zod';
import { GRAPH_OPTIMIZATION_LEVELS } from '../process/engine.ts';
import { type GraphOptimizationLevel, MAXIMUM_MESSAGE_BYTES } from '../process/protocol.ts';
import { WorkerProcess } from '../process/worker-process.ts';
import { fromHostTensor, toHostTensor } from './host-conversion.ts';

/** Settings of the process behind an executor. */
export interface ExecutorOptions {
  /** Threads that share the work of one operator. Default: 1, so that sums come out the same on every machine. */
  readonly threads?: number | undefined;
  /** Milliseconds that one run may take, loading included; then its process is killed. Default: one minute. */
  readonly timeoutMs?: number | undefined;
  /** Runs after which a new process takes over, since ONNX Runtime keeps memory. Default: 100. */
  readonly runsPerProcess?: number | undefined;
  /** Default: `disabled`, so that every operator is computed as the file has it. */
  readonly graphOptimizationLevel?: GraphOptimizationLevel | undefined;
  /** Kills the process. */
  readonly signal?: AbortSignal | undefined;
}

/** An executor with a process behind it. */
export interface OnnxExecutor extends Executor {
  /** Ends the process and waits until it is gone. Later runs are refused. May be called twice. */
  close(): Promise<void>;
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const executorOptions = z.strictObject({
  threads: z.int().min(1).max(1024).default(1),
  timeoutMs: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(60_000),
  runsPerProcess: z.int().min(1).default(100),
  graphOptimizationLevel: z.enum(GRAPH_OPTIMIZATION_LEVELS).default('disabled'),
  signal: z.instanceof(AbortSignal).optional(),
});

/**
 * Runs models for passes, by ONNX Runtime in a child process. The process starts with the first run, serves many, and is
 * replaced after a failure that ended it. Runs follow each other. A process without work keeps nobody alive.
 *
 * @throws SenteiError `invalid-option`
 */
export function createExecutor(options: ExecutorOptions = {}): OnnxExecutor {
  return new ProcessExecutor(parseOptions(executorOptions, options));
}

class ProcessExecutor implements OnnxExecutor {
  readonly #options: z.output<typeof executorOptions>;
  #worker: WorkerProcess | undefined;
  #runs = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: z.output<typeof executorOptions>) {
    this.#options = options;
  }

  run(model: Model, feeds: ReadonlyMap<string, Tensor>, signal?: AbortSignal): Promise<Map<string, Tensor>> {
    const result = this.#turn.then(() => this.#run(model, feeds, signal));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stop();
    await this.#turn;
    await this.#stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(
    model: Model,
    feeds: ReadonlyMap<string, Tensor>,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, Tensor>> {
    const subject = model.graph.name || 'the model';
    if (this.#isClosed || signal?.aborted)
      throw new SenteiError(
        'cancelled',
        `${subject}: ${this.#isClosed ? 'the executor is closed' : 'cancelled'}`,
      );
    checkTypes(model, subject);
    const request = prepareRequest(model, feeds, subject);
    const { threads, graphOptimizationLevel } = this.#options;
    const worker = await this.#takeWorker();
    const onAbort = () => void worker.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    // It may have been aborted while the process was starting.
    if (signal?.aborted) await worker.stop();
    try {
      const settings = { threads, graphOptimizationLevel };
      const { outputs } = await worker.exchange({ kind: 'evaluate', ...request, settings }, subject);
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, fromHostTensor(tensor, name)]));
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (worker.isEnded || this.#runs >= this.#options.runsPerProcess) await this.#stop();
    }
  }

  async #takeWorker(): Promise<WorkerProcess> {
    if (this.#worker === undefined) {
      const { worker } = await WorkerProcess.start(this.#options);
      this.#worker = worker;
      this.#runs = 0;
    }
    this.#runs++;
    return this.#worker;
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.stop();
  }
}

/** Sequences, maps and types that the binding cannot fetch would only fail later, in words that say less. */
function checkTypes(model: Model, subject: string): void {
  const { inputs, outputs, initializers } = model.graph;
  for (const { name, type } of [...inputs, ...outputs]) {
    if (type === undefined || (isTensorType(type) && isCarried(type.elementType))) continue;
    const what = isTensorType(type) ? `elements of type ${type.elementType}` : `the type ${type.kind}`;
    throw new SenteiError('unsupported-model', `${subject}: '${name}' has ${what}, which cannot be carried`, {
      subject: name,
    });
  }
  for (const { name, tensor } of initializers) {
    if (tensor?.external === undefined) continue;
    throw new SenteiError('unsupported-model', `${subject}: '${name}' lies in an external file`, {
      subject: name,
      hint: 'Give the executor a model that holds its weights itself.',
    });
  }
}

function isCarried(elementType: string): boolean {
  return elementType === 'undefined' || (isHostType(elementType) && elementType !== 'string');
}

function prepareRequest(
  model: Model,
  feeds: ReadonlyMap<string, Tensor>,
  subject: string,
): { readonly model: Uint8Array; readonly feeds: Record<string, HostTensor> } {
  const hosts = [...feeds].map(([name, tensor]) => [name, toHostTensor(tensor, name)] as const);
  const bytes = writeModelBytes(model);
  const total = hosts.reduce((sum, [, tensor]) => sum + byteLength(tensor), bytes.byteLength);
  if (total > MAXIMUM_MESSAGE_BYTES) {
    throw new SenteiError(
      'unsupported-model',
      `${subject}: model and feeds take ${total} bytes, above the limit of ${MAXIMUM_MESSAGE_BYTES}`,
    );
  }
  return { model: bytes, feeds: Object.fromEntries(hosts) };
}
