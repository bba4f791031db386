/** What ONNX Runtime said, made fit for one line of a terminal, and what can be done about it. */
export interface FailureExplanation {
  readonly message: string;
  readonly hint: string | undefined;
}

/** Messages start with the source file, line and signature of the C++ function that threw. */
const SOURCE_LOCATION = /^\S+\.(?:cc|h|cpp|cu):\d+ .*?\) (?=\S)/s;

/** The caller names the file itself. */
const FILE_PREFIX = /^Load model from .*? failed:\s*/s;

const LONGEST_MESSAGE = 400;

const HINTS: readonly (readonly [RegExp, (groups: readonly string[]) => string])[] = [
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    ([found, maximum]) =>
      `The file has IR version ${found} and this ONNX Runtime reads up to ${maximum}: export the model with an older onnx package.`,
  ],
  [
    /Opset (\d+) is under development.*domain (\S+) is till opset (\d+)/s,
    ([found, domain, maximum]) =>
      `The file uses opset ${found} of ${domain} and this ONNX Runtime runs up to ${maximum}: export the model for an older opset.`,
  ],
  [
    /Unsupported data type: (\d+)/,
    ([type]) =>
      `An input or output has ONNX element type ${type}, which the Node binding cannot carry: cast it to float32 or float16 at the border of the graph.`,
  ],
  [
    /No Op registered for|is not a registered function\/op|Could not find an implementation for/,
    () =>
      'The model has an operator that this ONNX Runtime does not have: a custom one, or one of another version.',
  ],
  [
    /onnxruntime_providers_cuda|AppendExecutionProvider_Cuda|CUDA (?:failure|error)/i,
    () => 'The CUDA provider does not start here: sentei doctor says what is missing.',
  ],
  [
    /bad_alloc|Failed to allocate memory|allocation fail/i,
    () => 'Memory ran out: use smaller inputs or a smaller batch.',
  ],
];

/** Turns the text of an ONNX Runtime error into one line, with a hint where the cause is a known one. */
export function explainFailure(text: string): FailureExplanation {
  const line = text.replace(FILE_PREFIX, '').replace(SOURCE_LOCATION, '').replaceAll(/\s+/g, ' ').trim();
  const message = line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
  for (const [pattern, hint] of HINTS) {
    const match = pattern.exec(text);
    if (match) return { message, hint: hint(match.slice(1)) };
  }
  return { message, hint: undefined };
}
