import { readFile } from 'node:fs/promises';
import { SenteiError } from '@sentei/ir';
import { type Decoder, type GenerationSummary, generate, openDecoder, startEngine } from '@sentei/runtime';

/** What `sentei generate` is told. */
export interface GenerateTextOptions {
  /** A decoder. */
  readonly model: string;
  readonly prompt?: string | undefined;
  readonly promptFile?: string | undefined;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK?: number | undefined;
  readonly seed: number;
  readonly chunk: number;
  readonly threads: number;
  readonly provider: 'cpu' | 'cuda';
  readonly signal?: AbortSignal | undefined;
  /** Hears the text as it comes, in whole characters. */
  readonly onText: (text: string) => void;
}

/** A text that was generated. */
export interface GeneratedText extends GenerationSummary {
  readonly model: string;
  readonly provider: 'cpu' | 'cuda';
  readonly threads: number;
  readonly seed: number;
  readonly text: string;
}

/** A token is a byte. */
const VOCABULARY = 256;

/**
 * Lets a byte-level decoder go on from a prompt.
 *
 * @throws SenteiError `invalid-data` for a prompt that is empty or cannot be read, else as `openDecoder` and `generate`
 */
export async function generateText(options: GenerateTextOptions): Promise<GeneratedText> {
  const { model, provider, threads, seed, signal, onText } = options;
  const prompt = await readPrompt(options);
  const engine = await startEngine({ threads, executionProvider: provider, signal });
  try {
    const decoder = await openDecoder(engine, model);
    checkVocabulary(decoder);
    const { tokens: maxTokens, temperature, topK, chunk } = options;
    const steps = generate(decoder, { prompt, maxTokens, temperature, topK, seed, chunk, signal });
    const characters = new TextDecoder();
    let text = '';
    const add = (more: string): void => {
      text += more;
      if (more !== '') onText(more);
    };
    for (;;) {
      const step = await steps.next();
      if (step.done) {
        add(characters.decode());
        return { model, provider, threads, seed, text, ...step.value };
      }
      add(characters.decode(Uint8Array.of(step.value.token), { stream: true }));
    }
  } finally {
    await engine.close();
  }
}

async function readPrompt({ prompt = '', promptFile }: GenerateTextOptions): Promise<Uint8Array> {
  const bytes = promptFile === undefined ? new TextEncoder().encode(prompt) : await readBytes(promptFile);
  if (bytes.length > 0) return bytes;
  const subject = promptFile ?? '--prompt';
  throw new SenteiError('invalid-data', `${subject} is empty`, {
    subject,
    hint: 'give at least one byte to go on from',
  });
}

function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new SenteiError('invalid-data', `${path} cannot be read (${cause.code ?? cause.message})`, {
      subject: path,
      hint: 'give a file with the text to go on from',
      cause,
    });
  });
}

function checkVocabulary({ path, vocabulary }: Decoder): void {
  if (vocabulary === VOCABULARY) return;
  throw new SenteiError('unsupported-model', `${path}: its tokens are not bytes`, {
    subject: path,
    hint: `only models with ${VOCABULARY} tokens are given text; others can be run with generate of @sentei/runtime`,
  });
}

/** One line about what a text cost. */
export function describeCost(text: GeneratedText): string {
  const { promptTokens, promptMilliseconds, tokens, milliseconds, stateBytes, stateBytesPerToken } = text;
  const each =
    milliseconds === undefined
      ? ''
      : `, ${milliseconds.median.toFixed(2)} ms each (${milliseconds.lowerQuartile.toFixed(2)} to ${milliseconds.upperQuartile.toFixed(2)})`;
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
  return `${promptTokens} bytes read in ${promptMilliseconds.toFixed(0)} ms, ${tokens} generated${each}; state ${kilobytes(stateBytes)} kB, ${kilobytes(stateBytesPerToken)} kB a byte`;
}
