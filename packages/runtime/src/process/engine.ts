import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Feeds } from '@sentei/data';
import { parseOptions, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import type { ExecutionProvider, GraphOptimizationLevel, RuntimeDescription } from './protocol.ts';
import { Session } from './session.ts';
import { WorkerProcess } from './worker-process.ts';

/** Settings of the processes that run models. */
export interface EngineOptions {
  /** Threads that share the work of one operator. Default: as many as this process may use. */
  readonly threads?: number | undefined;
  /** Milliseconds that one request may take; then its process is killed. Default: ten minutes. */
  readonly timeoutMs?: number | undefined;
  /** What models run on unless they are loaded with another. Default: `cpu`. */
  readonly executionProvider?: ExecutionProvider | undefined;
  /**
   * Whether CUDA may multiply float32 matrices in TensorFloat-32, with ten bits behind the point. ONNX Runtime does unless it
   * is told otherwise, which its Node binding cannot do; the environment of a process can. Default: true, as deployed.
   */
  readonly tf32?: boolean | undefined;
  /** Added to the environment of the processes. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Hears what the processes print, as it comes: ONNX Runtime's log. */
  readonly onPrint?: ((text: string) => void) | undefined;
  /** Kills the processes of all sessions. */
  readonly signal?: AbortSignal | undefined;
}

/** How a model is loaded. */
export interface LoadOptions {
  readonly graphOptimizationLevel?: GraphOptimizationLevel | undefined;
  /** Default: that of the engine. */
  readonly executionProvider?: ExecutionProvider | undefined;
  /**
   * Path that a profile of all runs starts with, to which ONNX Runtime adds a time and `.json`; `Session.endProfile` writes it.
   * ONNX Runtime also prints all that it has to say about loading the model.
   */
  readonly profile?: string | undefined;
  /** The folder of external data, where it is not that of the file. */
  readonly externalFolder?: string | undefined;
  /** What messages call the model. Default: its path. */
  readonly subject?: string | undefined;
  /** Fed on every run for inputs that the session then hides, such as the skip gates of a pruned model. */
  readonly constants?: Feeds | undefined;
}

export const GRAPH_OPTIMIZATION_LEVELS = ['disabled', 'basic', 'extended', 'layout', 'all'] as const;

export const EXECUTION_PROVIDERS = ['cpu', 'cuda'] as const;

const LONGEST_TIMEOUT = 2 ** 31 - 1;

const engineOptions = z.strictObject({
  threads: z.int().min(1).max(1024).default(availableParallelism),
  timeoutMs: z.int().min(1).max(LONGEST_TIMEOUT).default(600_000),
  executionProvider: z.enum(EXECUTION_PROVIDERS).default('cpu'),
  tf32: z.boolean().default(true),
  environment: z.record(z.string(), z.string()).default({}),
  onPrint: z.custom<(text: string) => void>((value) => typeof value === 'function').optional(),
  signal: z.instanceof(AbortSignal).optional(),
});

const loadOptions = z.strictObject({
  graphOptimizationLevel: z.enum(GRAPH_OPTIMIZATION_LEVELS).default('all'),
  executionProvider: z.enum(EXECUTION_PROVIDERS).optional(),
  profile: z.string().min(1).optional(),
  externalFolder: z.string().min(1).optional(),
  subject: z.string().min(1).optional(),
});

/** Read by NVIDIA's libraries (cuBLAS and cuDNN documentation: it overrides what a program asks for). */
const WITHOUT_TF32 = { NVIDIA_TF32_OVERRIDE: '0' };

interface StartedWorker {
  readonly worker: WorkerProcess;
  readonly runtime: RuntimeDescription;
}

async function checkIsFile(path: string): Promise<void> {
  const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT')
      throw new SenteiError('file-missing', `${path}: no such file`, { subject: path, cause });
    throw new SenteiError('file-unreadable', `${path}: ${cause.message}`, { subject: path, cause });
  });
  if (!status.isFile()) throw new SenteiError('file-unreadable', `${path}: not a file`, { subject: path });
}

/** Loads models, each in a process of its own, all with the same settings. Made by {@link startEngine}. */
export class Engine {
  readonly runtime: RuntimeDescription;
  readonly threads: number;
  readonly #options: z.output<typeof engineOptions>;
  readonly #workers = new Set<WorkerProcess>();
  /** The process that showed that ONNX Runtime starts; the first model moves in. */
  #spare: WorkerProcess | undefined;
  #isClosed = false;

  constructor({ worker, runtime }: StartedWorker, options: z.output<typeof engineOptions>) {
    this.runtime = runtime;
    this.threads = options.threads;
    this.#options = options;
    this.#spare = worker;
    this.#keep(worker);
  }

  /**
   * Loads a model file in a new process.
   *
   * @throws SenteiError `file-missing`, `file-unreadable`, `invalid-option`, `runtime-failed` with ONNX Runtime's own words,
   *   `runtime-timeout`, `cancelled`
   */
  async load(path: string, options: LoadOptions = {}): Promise<Session> {
    const { constants, ...given } = options;
    const {
      executionProvider = this.#options.executionProvider,
      externalFolder,
      subject = path,
      ...rest
    } = parseOptions(loadOptions, given);
    if (this.#isClosed)
      throw new SenteiError('cancelled', `${path}: the engine is closed`, { subject: path });
    await checkIsFile(path);
    const worker = await this.#takeWorker();
    try {
      const settings = { threads: this.threads, executionProvider, ...rest };
      const request = { kind: 'load', path: resolve(path), externalFolder, settings } as const;
      const { signature } = await worker.exchange(request, subject);
      return new Session(subject, signature, worker, constants);
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  /** Ends all processes and waits until they are gone. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #keep(worker: WorkerProcess): void {
    this.#workers.add(worker);
    void worker.closed.then(() => this.#workers.delete(worker));
  }

  async #takeWorker(): Promise<WorkerProcess> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare) return spare;
    const { worker } = await WorkerProcess.start(this.#options);
    this.#keep(worker);
    if (this.#isClosed) await worker.stop();
    return worker;
  }
}

/**
 * Starts ONNX Runtime outside of this process. Its failures, crashes and memory stay outside too.
 *
 * @throws SenteiError `invalid-option`, `runtime-failed`, `runtime-timeout` or `cancelled`
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { environment, ...rest } = parseOptions(engineOptions, options);
  const parsed = { ...rest, environment: { ...(rest.tf32 ? {} : WITHOUT_TF32), ...environment } };
  return new Engine(await WorkerProcess.start(parsed), parsed);
}
