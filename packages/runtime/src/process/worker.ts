/**
 * The child process that owns ONNX Runtime: a run blocks the thread it is called on, and memory comes back only when
 * the process ends. It prints nothing, and it ends when its parent goes away.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Feeds, HostTensor } from '@sentei/data/tensors';
import { byteLength, isTensorType } from '@sentei/data/tensors';
import { env, InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import type { Reducer } from '../calibration/reducer.ts';
import { CarriedRuns } from '../generation/carried-runs.ts';
import { reduceOutputs } from '../metrics/output-reduction.ts';
import { toHostTensor, toOrtTensors } from './ort-tensors.ts';
import type {
  EvaluateRequest,
  LoadRequest,
  ReduceRequest,
  Reply,
  Request,
  RuntimeDescription,
  SessionSettings,
  ValueSignature,
} from './protocol.ts';
import { MAXIMUM_MESSAGE_BYTES } from './protocol.ts';

/** ONNX Runtime's "fatal": failures reach the parent as replies, never as text. */
const LOG_SEVERITY = 4;
const LOG_ALL = 0;

function describeRuntime(): RuntimeDescription {
  // CUDA and TensorRT count only when their library lies beside the binding: installing it is optional.
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const binaries = join(dirname(dirname(entry)), 'bin', 'napi-v6', process.platform, process.arch);
  const isInstalled = (name: string): boolean =>
    [`libonnxruntime_providers_${name}.so`, `onnxruntime_providers_${name}.dll`].some((file) =>
      existsSync(join(binaries, file)),
    );
  return {
    version: env.versions.node ?? env.versions.common,
    providers: listSupportedBackends()
      .filter(({ name, bundled }) => bundled || isInstalled(name))
      .map(({ name }) => name),
  };
}

function toValueSignature(metadata: InferenceSession.ValueMetadata): ValueSignature {
  if (!metadata.isTensor) return { name: metadata.name, type: null, dims: null };
  const { name, type, shape } = metadata;
  return {
    name,
    type: isTensorType(type) ? type : null,
    dims: shape.map((dimension) => (dimension === '' ? null : dimension)),
  };
}

/** Sizes are summed before anything is serialized, so that too large a reply fails by name instead of by memory. */
function checkReplySize(tensors: readonly HostTensor[]): void {
  const bytes = tensors.reduce((total, tensor) => total + byteLength(tensor), 0);
  if (bytes > MAXIMUM_MESSAGE_BYTES) {
    throw new Error(
      `the outputs take ${bytes} bytes, above the limit of ${MAXIMUM_MESSAGE_BYTES} for one reply`,
    );
  }
}

function sessionOptions(settings: SessionSettings): InferenceSession.SessionOptions {
  const { threads, graphOptimizationLevel, executionProvider = 'cpu', profile } = settings;
  return {
    // The assignment of nodes to providers is only in the log, at its most talkative.
    logSeverityLevel: profile === undefined ? LOG_SEVERITY : LOG_ALL,
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    executionProviders: [executionProvider],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel,
    // Idle threads must not spin into the other process's turn of a benchmark.
    extra: { session: { force_spinning_stop: '1' } },
  };
}

/** Only a model that is loaded from memory may have its external data in another folder. */
async function createSession(
  path: string,
  externalFolder: string | undefined,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  if (externalFolder === undefined) return InferenceSession.create(path, options);
  const { session, ...extra } = options.extra ?? {};
  const located = {
    ...extra,
    session: { ...Object(session), model_external_initializers_file_folder_path: externalFolder },
  };
  return InferenceSession.create(await readFile(path), { ...options, extra: located });
}

async function runOnce(
  session: InferenceSession,
  feeds: Feeds,
  wanted: readonly string[] = session.outputNames,
): Promise<Readonly<Record<string, HostTensor>>> {
  const results = await session.run(toOrtTensors(feeds), wanted, { logSeverityLevel: LOG_SEVERITY });
  const outputs = Object.entries(results).map(
    ([name, tensor]) => [name, toHostTensor(name, tensor)] as const,
  );
  checkReplySize(outputs.map(([, tensor]) => tensor));
  return Object.fromEntries(outputs);
}

async function evaluate({ model, feeds, settings }: EvaluateRequest): Promise<Reply> {
  const session = await InferenceSession.create(model, sessionOptions(settings));
  try {
    return { kind: 'evaluate', outputs: await runOnce(session, feeds) };
  } finally {
    await session.release();
  }
}

/** What calibration needs takes longer to load than ONNX Runtime, and most processes never do. */
async function createReducer(session: InferenceSession): Promise<Reducer> {
  const { Reducer } = await import('../calibration/reducer.ts');
  return new Reducer((feeds, names) => runOnce(session, feeds, names), session.outputNames);
}

class Responder {
  #session: InferenceSession | undefined;
  #reducer: Reducer | undefined;
  #carried: CarriedRuns | undefined;

  async answer(request: Request): Promise<Reply> {
    switch (request.kind) {
      case 'load':
        return this.#load(request);
      case 'run': {
        const session = this.#loaded();
        return { kind: 'run', outputs: await runOnce(session, request.feeds, request.outputs) };
      }
      case 'time': {
        const session = this.#loaded();
        const feeds = toOrtTensors(request.feeds);
        const milliseconds: number[] = [];
        for (let run = 0; run < request.runs; run += 1) {
          const start = performance.now();
          await session.run(feeds, { logSeverityLevel: LOG_SEVERITY });
          milliseconds.push(performance.now() - start);
        }
        return { kind: 'time', milliseconds };
      }
      case 'reduce':
        return this.#reduce(request);
      case 'step': {
        this.#carried ??= new CarriedRuns(this.#loaded());
        const result = await this.#carried.step(request);
        checkReplySize(Object.values(result.outputs));
        return { kind: 'step', ...result };
      }
      case 'evaluate':
        return evaluate(request);
      case 'end-profile':
        this.#loaded().endProfiling();
        return { kind: 'end-profile' };
      case 'accumulate': {
        const session = this.#loaded();
        this.#reducer ??= await createReducer(session);
        return { kind: 'accumulate', reduced: await this.#reducer.reduce(request.step) };
      }
    }
  }

  async #load({ path, externalFolder, settings }: LoadRequest): Promise<Reply> {
    if (this.#session) throw new Error('this process already holds a model');
    const session = await createSession(path, externalFolder, sessionOptions(settings));
    this.#session = session;
    return {
      kind: 'load',
      signature: {
        inputs: session.inputMetadata.map(toValueSignature),
        outputs: session.outputMetadata.map(toValueSignature),
      },
    };
  }

  async #reduce({ feeds, reduction }: ReduceRequest): Promise<Reply> {
    const results = await this.#loaded().run(toOrtTensors(feeds), [reduction.logits]);
    const outputs = Object.entries(results).map(([name, tensor]) => [name, toHostTensor(name, tensor)]);
    return { kind: 'reduce', outputs: reduceOutputs(reduction, feeds, Object.fromEntries(outputs)) };
  }

  #loaded(): InferenceSession {
    if (!this.#session) throw new Error('no model is loaded');
    return this.#session;
  }
}

const send = (reply: Reply): void => {
  process.send?.(reply);
};

env.logLevel = 'fatal';
const responder = new Responder();
let turn = Promise.resolve();

process.on('message', (request: Request) => {
  turn = turn
    .then(() => responder.answer(request))
    .catch(
      (error: unknown): Reply => ({
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
      }),
    )
    .then(send);
});
process.on('disconnect', () => process.exit());
// During a run nothing reaches this thread, so another one watches the parent.
new Worker(new URL('./watchdog.js', import.meta.url), { workerData: process.ppid, execArgv: [] }).unref();
// Ctrl-C reaches the whole process group; the parent decides what it means.
process.on('SIGINT', () => {});
send({ kind: 'ready', runtime: describeRuntime() });
