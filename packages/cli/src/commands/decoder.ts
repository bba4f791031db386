import { type Command, InvalidArgumentError, Option } from 'commander';
import { drawDecoder, makeDecoder } from '../decoding/make-decoder.ts';
import type { CommandEnvironment } from '../program.ts';

interface DecoderFlags {
  readonly out: string;
  readonly evict?: boolean;
  readonly epsilon?: number;
  readonly cache: 'float32' | 'float16';
  readonly returns: 'rows' | 'whole';
}

/** Adds `sentei decoder`. */
export function addDecoder(program: Command, { output }: CommandEnvironment): Command {
  const command = program
    .command('decoder')
    .description(
      'Make a graph with a cache of a causal model: new tokens and a state in, logits and the state out.',
    )
    .argument('<model>', 'an ONNX file')
    .requiredOption('--out <file>', 'where to write the decoder')
    .option('--evict', 'let keys leave the cache that no later query can reach')
    .option('--epsilon <share>', 'largest share of a row that keys left out may get (4.5e-5)', readEpsilon)
    .addOption(
      new Option('--cache <type>', 'element type of cached keys and values')
        .choices(['float32', 'float16'])
        .default('float32'),
    )
    .addOption(
      new Option(
        '--returns <what>',
        'new rows of keys and values, or the whole cache as other engines take it',
      )
        .choices(['rows', 'whole'])
        .default('rows'),
    );
  return command.action(async (model: string, flags: DecoderFlags) => {
    if (flags.epsilon !== undefined && !flags.evict)
      command.error('error: --epsilon needs --evict: without it no key is left out');
    const made = await output.during((listener) => makeDecoder({ ...flags, model, listener }));
    output.print(made, drawDecoder);
  });
}

function readEpsilon(text: string): number {
  const epsilon = text.trim() === '' ? Number.NaN : Number(text);
  if (epsilon > 0 && epsilon <= 0.5) return epsilon;
  throw new InvalidArgumentError('It must be above 0 and at most 0.5.');
}
