import { type ErrorCode, SenteiError } from '@sentei/ir';

/** What the command ends with, in words for its help and its README. */
export const EXIT_CODES = [
  { code: 0, meaning: 'done' },
  { code: 1, meaning: 'unexpected: a defect of Sentei' },
  { code: 2, meaning: 'wrong usage of the command line' },
  { code: 3, meaning: 'the model file cannot be read' },
  {
    code: 4,
    meaning: 'the pipeline or the budget cannot be read: syntax, unknown name, invalid value, no plugin',
  },
  { code: 5, meaning: 'the data cannot be used' },
  { code: 6, meaning: 'the output cannot be written' },
  {
    code: 7,
    meaning:
      'ONNX Runtime failed, took too long or cannot be installed, or the pruned model does not run as the original',
  },
  { code: 8, meaning: 'the budget is not held' },
  { code: 9, meaning: 'not reproduced: it does not fail the same way, or no patch loses the property' },
  { code: 10, meaning: 'the audit log was changed after it was written, or is none' },
  { code: 130, meaning: 'interrupted' },
] as const;

/** Status that the command ends with. */
export type ExitCode = (typeof EXIT_CODES)[number]['code'];

const CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  'file-missing': 3,
  'file-unreadable': 3,
  'not-onnx': 3,
  'unsupported-ir-version': 3,
  'unsupported-opset': 3,
  'unsupported-model': 3,
  'external-data': 3,
  'invalid-graph': 3,
  'text-syntax': 3,
  'weights-elided': 3,
  'pipeline-syntax': 4,
  'unknown-pass': 4,
  'invalid-plugin': 4,
  'unknown-option': 4,
  'invalid-option': 4,
  'invalid-data': 5,
  'output-unwritable': 6,
  'runtime-failed': 7,
  'runtime-timeout': 7,
  'models-differ': 7,
  'not-numbers': 7,
  'install-failed': 7,
  'budget-exceeded': 8,
  'not-reproduced': 9,
  'audit-broken': 10,
  cancelled: 130,
};

/** The exit code of an error: 1 for everything that was not thrown on purpose. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof SenteiError ? CODES[error.code] : 1;
}
