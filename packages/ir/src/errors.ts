/** Stable identifiers of everything that can go wrong; the command line maps each to an exit code. */
export type ErrorCode =
  | 'file-missing'
  | 'file-unreadable'
  | 'not-onnx'
  | 'unsupported-ir-version'
  | 'unsupported-opset'
  | 'unsupported-model'
  | 'external-data'
  | 'invalid-graph'
  | 'text-syntax'
  | 'weights-elided'
  | 'pipeline-syntax'
  | 'unknown-pass'
  | 'invalid-plugin'
  | 'unknown-option'
  | 'invalid-option'
  | 'invalid-data'
  | 'output-unwritable'
  | 'runtime-failed'
  | 'runtime-timeout'
  | 'models-differ'
  | 'not-numbers'
  | 'install-failed'
  | 'budget-exceeded'
  | 'not-reproduced'
  | 'audit-broken'
  | 'cancelled';

/** What an error says beyond its code and message. */
export interface ErrorDetails {
  /** The file, node, value, pass or option at fault. */
  readonly subject?: string;
  /** What the reader can do about it, as one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Every error thrown on purpose by a Sentei package. `message` is one line that names the thing at fault. */
export class SenteiError extends Error {
  override readonly name = 'SenteiError';
  readonly code: ErrorCode;
  readonly subject: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.subject = details.subject;
    this.hint = details.hint;
  }
}
