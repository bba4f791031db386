import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type ErrorCode, SenteiError } from '@sentei/ir';
import { explainFailure } from './explain-failure.ts';
import type { Reply, ReplyTo, Request, RuntimeDescription } from './protocol.ts';
import { isReplyTo } from './protocol.ts';
import { NO_TELEMETRY } from './telemetry.ts';

export interface WorkerOptions {
  /** Milliseconds that one request may take before the process is killed. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Added to the environment of the process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Hears what the process prints, as it comes. */
  readonly onPrint?: ((text: string) => void) | undefined;
}

interface Ending {
  readonly code: ErrorCode;
  readonly message: string;
  readonly cause?: unknown;
}

const CAPTURED_CHARACTERS = 2000;

function locateWorker(): string {
  try {
    // Through the package's own exports: the built file, also when this file runs from its source.
    return createRequire(import.meta.url).resolve('@sentei/runtime/worker');
  } catch (cause) {
    throw new SenteiError('runtime-failed', 'the worker of @sentei/runtime is not there', {
      hint: 'Build the package first.',
      cause,
    });
  }
}

/**
 * The parent's side of one worker: sends requests one at a time, keeps the clock, and turns every way in which a
 * process can end into an error. While nothing is asked of it, it does not keep the parent alive.
 */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  /** Resolves when the process is gone, however it ended. */
  readonly closed: Promise<void>;
  #ending: Ending | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #settle: ((reply: Reply | undefined) => void) | undefined;
  #captured = '';

  private constructor({ timeoutMs, signal, environment, onPrint }: WorkerOptions) {
    this.#timeoutMs = timeoutMs;
    // No inherited flags: a parent's debugger or loader has no business in the worker.
    this.#child = fork(locateWorker(), [], {
      serialization: 'advanced',
      execArgv: [],
      env: { ...NO_TELEMETRY, ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const onAbort = (): void =>
      this.#end({ code: 'cancelled', message: 'cancelled by the caller', cause: signal?.reason });
    signal?.addEventListener('abort', onAbort, { once: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#captured = (this.#captured + text).slice(-CAPTURED_CHARACTERS);
        onPrint?.(text);
      });
    }
    this.#child.on('message', (reply: Reply) => this.#settle?.(reply));
    this.#child.on('error', (cause) => this.#end({ code: 'runtime-failed', message: cause.message, cause }));
    this.closed = new Promise((resolve) => {
      // 'close' comes after the last captured output, 'exit' may come before it.
      this.#child.once('close', (code, killedBy) => {
        signal?.removeEventListener('abort', onAbort);
        this.#end(this.#describeDeath(killedBy ?? `exit code ${code}`));
        resolve();
      });
    });
  }

  /**
   * Starts a process and waits until it has loaded ONNX Runtime.
   *
   * @throws SenteiError `runtime-failed`, `runtime-timeout` or `cancelled`
   */
  static async start(
    options: WorkerOptions,
  ): Promise<{ readonly worker: WorkerProcess; readonly runtime: RuntimeDescription }> {
    if (options.signal?.aborted)
      throw new SenteiError('cancelled', 'cancelled before ONNX Runtime was started');
    const worker = new WorkerProcess(options);
    const ready = worker.#await('ready', 'ONNX Runtime');
    worker.#turn = ready.catch(() => undefined);
    return { worker, runtime: (await ready).runtime };
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  /** Whether the process has ended or is about to. */
  get isEnded(): boolean {
    return this.#ending !== undefined;
  }

  /**
   * Sends a request when the earlier ones have been answered.
   *
   * @param subject the model file, for messages
   * @throws SenteiError `runtime-failed`, `runtime-timeout` or `cancelled`
   */
  exchange<Kind extends Request['kind']>(
    request: Extract<Request, { readonly kind: Kind }>,
    subject: string,
  ): Promise<ReplyTo<Kind>> {
    const reply = this.#turn.then(() => {
      const answer = this.#await<Kind>(request.kind as Kind, subject);
      if (!this.#ending) this.#send(request);
      return answer;
    });
    this.#turn = reply.catch(() => undefined);
    return reply;
  }

  /** Ends the process and waits until it is gone. Requests without a reply reject with `cancelled`. */
  async stop(): Promise<void> {
    this.#end({ code: 'cancelled', message: 'the session was released' });
    this.#hold();
    await this.closed;
  }

  #await<Kind extends Reply['kind']>(kind: Kind, subject: string): Promise<ReplyTo<Kind>> {
    return new Promise((resolve, reject) => {
      const rejectAsEnded = (): void => {
        const { code, message, cause } = this.#ending ?? { code: 'runtime-failed', message: 'no reply' };
        reject(new SenteiError(code, `${subject}: ${message}`, { subject, cause }));
      };
      if (this.#ending) {
        rejectAsEnded();
        return;
      }
      const timer = setTimeout(() => {
        this.#end({
          code: 'runtime-timeout',
          message: `no answer to '${kind}' within ${this.#timeoutMs} ms`,
        });
      }, this.#timeoutMs);
      this.#hold();
      this.#settle = (reply) => {
        clearTimeout(timer);
        this.#settle = undefined;
        this.#letGo();
        if (!reply) {
          rejectAsEnded();
        } else if (isReplyTo(kind, reply)) {
          resolve(reply);
        } else {
          const { message, hint } = explainFailure(
            reply.kind === 'failed' ? reply.message : `unexpected ${reply.kind}`,
          );
          reject(new SenteiError('runtime-failed', `${subject}: ${message}`, { subject, hint }));
        }
      };
    });
  }

  #send(request: Request): void {
    try {
      this.#child.send(request);
    } catch (cause) {
      this.#end({ code: 'runtime-failed', message: `a request could not be sent: ${cause}`, cause });
    }
  }

  /** The first ending is the one that counts; killing the process brings a second. */
  #end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#child.kill('SIGKILL');
    this.#settle?.(undefined);
  }

  #describeDeath(how: string): Ending {
    const said = this.#captured.replaceAll(/\s+/g, ' ').trim();
    return {
      code: 'runtime-failed',
      message: `ONNX Runtime's process ended (${how})${said ? `, saying: ${said}` : ''}`,
    };
  }

  #hold(): void {
    this.#child.ref();
    this.#child.channel?.ref();
    for (const socket of this.#sockets()) socket.ref();
  }

  #letGo(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    for (const socket of this.#sockets()) socket.unref();
  }

  #sockets(): Socket[] {
    const isSocket = (stream: Readable | null): stream is Socket => stream instanceof Socket;
    return [this.#child.stdout, this.#child.stderr].filter(isSocket);
  }
}
