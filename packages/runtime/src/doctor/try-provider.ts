import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { Graph, GraphBuilder, Model, tensorType, Value, writeModelBytes } from '@sentei/ir';
import { explainFailure } from '../process/explain-failure.ts';
import { NO_TELEMETRY } from '../process/telemetry.ts';
import { inOneLine } from './finding.ts';

/** What the probe answers. */
export type ProbeReply = { readonly works: true } | { readonly works: false; readonly message: string };

/** How the try of a provider went; `reason` is in ONNX Runtime's own words. */
export type ProviderTrial = { readonly works: true } | { readonly works: false; readonly reason: string };

/** How long a provider is tried, and in what environment. */
export interface ProviderTrialOptions {
  /** Milliseconds. Default: one minute, since CUDA's first session takes seconds. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  /** The probe to run. Default: the built one of this package. */
  readonly probe?: string | undefined;
}

const CAPTURED = 4000;
/** What ONNX Runtime logs starts with colours, time, place in its source and signature; its status starts the sentence. */
const LOG_STATUS = /\[ONNXRuntimeError\] : \d+ : \w+ : /;

/** y = x + x over float32 [4]. */
function doublingModel(): Uint8Array {
  const x = new Value('x', tensorType('float32', [4]));
  const graph = new Graph('doubling', [x]);
  const y = new GraphBuilder(graph).op('Add', [x, x]);
  y.type = tensorType('float32', [4]);
  graph.setOutputs([y]);
  return writeModelBytes(new Model(graph, [['', 17]], 8));
}

/**
 * Makes a session with an execution provider on a tiny model and runs it, in a process of its own that is killed when it takes
 * too long. Never throws.
 */
export function tryProvider(provider: string, options: ProviderTrialOptions = {}): Promise<ProviderTrial> {
  const { timeoutMs = 60_000, signal, variables = process.env } = options;
  if (signal?.aborted) return Promise.resolve({ works: false, reason: 'cancelled' });
  return new Promise((resolve) => {
    const probe = options.probe ?? createRequire(import.meta.url).resolve('@sentei/runtime/doctor-probe');
    const child = fork(probe, [provider, Buffer.from(doublingModel()).toString('base64')], {
      execArgv: [],
      env: { ...NO_TELEMETRY, ...variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let said = '';
    let reply: ProbeReply | undefined;
    let fault: string | undefined;
    const kill = (reason: string) => {
      fault ??= reason;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => kill(`no answer within ${timeoutMs} ms`), timeoutMs);
    const onAbort = () => kill('cancelled');
    signal?.addEventListener('abort', onAbort, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-CAPTURED);
      });
    }
    child.on('message', (message: ProbeReply) => {
      reply = message;
    });
    child.on('error', (error) => {
      fault ??= error.message;
    });
    child.once('close', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (reply?.works) return resolve(reply);
      const ending = fault ?? reply?.message ?? `the process ended (${killedBy ?? `exit code ${code}`})`;
      resolve({ works: false, reason: describe(ending, said) });
    });
  });
}

/** A failed check starts with its place and the C++ expression; what it means follows. */
const FAILED_CHECK = /^\S+\.(?:cc|h):\d+ .*? was false\. (?=\S)/s;

/** The error, and what was logged about it where that says more. */
function describe(ending: string, said: string): string {
  const message = explainFailure(ending).message.replace(FAILED_CHECK, '');
  const [, ...statuses] = said.split(LOG_STATUS);
  const logged = inOneLine(stripColours(statuses.at(-1) ?? said));
  return logged === '' || message.includes(logged) ? message : `${message}: ${logged}`;
}

function stripColours(text: string): string {
  // Escape sequences start with a control character that is taken out later; their rest would stay.
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}
