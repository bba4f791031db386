import { type Command, InvalidArgumentError, Option } from 'commander';
import { describeCost, type GeneratedText, generateText } from '../decoding/generate-text.ts';
import type { CommandEnvironment } from '../program.ts';
import { readAmount, readThreads, readWhole } from './pipeline-flags.ts';

interface GenerateFlags {
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly seed: number;
  readonly chunk: number;
  readonly threads: number;
  readonly provider: 'cpu' | 'cuda';
}

/** Adds `sentei generate`. */
export function addGenerate(program: Command, { output, signal, stdout }: CommandEnvironment): Command {
  const command = program
    .command('generate')
    .description('Let a byte-level decoder go on from a prompt; the text comes on stdout as it is made.')
    .argument('<decoder>', 'an ONNX file that sentei decoder wrote')
    .option('--prompt <text>', 'the text to go on from')
    .option('--prompt-file <file>', 'a file with it')
    .option('--tokens <number>', 'bytes to generate', readCountUpTo(100_000_000), 256)
    .option(
      '--temperature <number>',
      'what logits are divided by; 0 takes the likeliest byte',
      readTemperature,
      0,
    )
    .option('--top-k <number>', 'draw from so many of the likeliest bytes only', readCount)
    .option('--seed <number>', 'of random numbers', readWhole, 0)
    .option('--chunk <number>', 'bytes of the prompt that are read in one run', readCountUpTo(65_536), 512)
    .option('--threads <number>', 'threads of ONNX Runtime', readThreads, 2)
    .addOption(
      new Option('--provider <name>', 'what the decoder runs on').choices(['cpu', 'cuda']).default('cpu'),
    );
  return command.action(async (model: string, flags: GenerateFlags) => {
    if ((flags.prompt === undefined) === (flags.promptFile === undefined))
      command.error('error: give either --prompt <text> or --prompt-file <file>');
    const onText = (text: string): void => {
      if (!output.isJson) stdout.write(text);
    };
    const text: GeneratedText = await output.during(async (listener) => {
      const made = await generateText({ ...flags, model, signal, onText });
      if (!output.isJson) {
        stdout.write('\n');
        listener.info(describeCost(made));
      }
      return made;
    });
    if (output.isJson) output.print(text, () => '');
  });
}

/** A whole number of at least 1. */
function readCount(text: string): number {
  const count = readWhole(text);
  if (count >= 1) return count;
  throw new InvalidArgumentError('It must be at least 1.');
}

function readCountUpTo(most: number): (text: string) => number {
  return (text) => {
    const count = readCount(text);
    if (count <= most) return count;
    throw new InvalidArgumentError(`It must be at most ${most}.`);
  };
}

function readTemperature(text: string): number {
  const temperature = readAmount(text);
  if (temperature <= 100) return temperature;
  throw new InvalidArgumentError('It must be at most 100.');
}
