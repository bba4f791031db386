import { SenteiError } from '@sentei/ir';
import type { ValidationRecord } from '@sentei/runtime';
import { type Command, Option } from 'commander';
import type { CommandEnvironment } from '../program.ts';
import { drawRecord } from '../validation/draw-record.ts';
import { type ValidateOptions, validate } from '../validation/validate.ts';
import { readThreads } from './pipeline-flags.ts';
import { readBudget } from './read-budget.ts';

/** Adds `sentei validate`. */
export function addValidate(program: Command, { output, signal }: CommandEnvironment): Command {
  const command = program
    .command('validate')
    .description('Hold a pruned model against its original: pass or fail by a budget, with reasons.')
    .argument('<original>', 'an ONNX file')
    .argument('<pruned>', 'an ONNX file')
    .requiredOption('--budget <text>', 'what it has to hold, as maxDrop=0.01 minSpeedup=1.1', readBudget)
    .option('--data <file>', 'a dataset card or a text, of which the held-out part judges')
    .option('--heldout <file>', 'another text that judges, beside a text as --data')
    .option('--metric <name>', 'a metric of --data with its options, or a module of your own')
    .option('--shift <list>', '--data measured as well with noise=0.05,truncate=0.5,other.json')
    .option('--allow-unknown', 'let criteria pass that nothing could be measured for')
    .option('--threads <number>', 'threads of ONNX Runtime', readThreads, 2)
    .addOption(new Option('--provider <name>', 'what models run on').choices(['cpu', 'cuda']).default('cpu'))
    .option('--no-tf32', 'keep CUDA from multiplying in TensorFloat-32')
    .addOption(
      new Option('--effort <effort>', 'how thoroughly they are compared')
        .choices(['full', 'short'])
        .default('full'),
    )
    .option('--out <place>', 'a folder for validation.json, or a file that ends with .json')
    .option('--audit <file>', 'write down every decision, at the end of this file')
    .action(async (original: string, candidate: string, flags: Flags) => {
      for (const flag of ['heldout', 'metric', 'shift'] as const) {
        if (flags[flag] !== undefined && flags.data === undefined) {
          command.error(`error: --${flag} needs --data: there is nothing to measure on`);
        }
      }
      const record = await output.during((listener) =>
        validate({ ...flags, original, candidate, signal, listener }),
      );
      output.print(record, drawRecord);
      refuseFailed(record);
    });
  return command;
}

type Flags = Omit<ValidateOptions, 'original' | 'candidate' | 'signal' | 'listener'>;

/** @throws SenteiError `budget-exceeded` */
function refuseFailed({ verdict, candidate }: ValidationRecord): void {
  if (verdict.outcome === 'pass') return;
  const failed = verdict.criteria.filter(
    ({ outcome }) => outcome === 'fail' || (outcome === 'unknown' && !verdict.allowUnknown),
  );
  throw new SenteiError(
    'budget-exceeded',
    `${candidate.path} does not hold ${failed.map(({ name }) => name).join(', ')}`,
    {
      subject: candidate.path,
      hint: 'prune less, or raise the budget if the loss is worth it',
    },
  );
}
