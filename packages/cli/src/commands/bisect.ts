import type { Bisection } from '@sentei/ir';
import { formatList } from '@sentei/report';
import { type Command, Option } from 'commander';
import { bisect } from '../bisect.ts';
import { diffTexts } from '../diff-texts.ts';
import { explainError } from '../explain-error.ts';
import { PROPERTIES, type PropertyName } from '../model-property.ts';
import { modelText } from '../model-text.ts';
import type { CommandEnvironment } from '../program.ts';
import { addPipelineFlags, checkPipelineFlags, type PipelineFlags, readAmount } from './pipeline-flags.ts';

interface BisectFlags extends PipelineFlags {
  readonly property: PropertyName;
  readonly command?: string;
  readonly tolerance?: number;
}

/** Adds `sentei bisect`. */
export function addBisect(program: Command, environment: CommandEnvironment): Command {
  const command = program
    .command('bisect')
    .description('Find the patch of a pipeline with which a model loses a property.')
    .argument('<model>', 'an ONNX file')
    .addOption(
      new Option(
        '--property <name>',
        'what is lost: the graph is valid, the model runs, outputs agree with the original',
      )
        .choices([...PROPERTIES])
        .default('agrees'),
    )
    .option(
      '--command <text>',
      'a command that ends with 0 for good models, {} standing for the file; run without a shell',
    )
    .option('--tolerance <number>', 'largest absolute error of outputs that agree', readAmount);
  return addPipelineFlags(command).action(async (model: string, flags: BisectFlags) => {
    checkPipelineFlags(flags, command);
    await run(model, flags, environment);
  });
}

async function run(model: string, flags: BisectFlags, { output, signal }: CommandEnvironment): Promise<void> {
  const { passes: plugins, ...settings } = flags;
  const found = await output.during((listener) => bisect({ model, ...settings, plugins, signal, listener }));
  const { culprit, runs, error } = found;
  const diff = diffOf(found);
  output.print({ runs, ...culprit, error: error === undefined ? null : explainError(error), diff }, () =>
    describe(found, diff),
  );
}

type Found = Extract<Bisection, { status: 'found' }>;

function describe({ culprit, runs, error }: Found, diff: string | null): string {
  const { number, pass, place, run, patch, nodes } = culprit;
  const what = patch === undefined ? 'between patches' : `patch '${patch}'`;
  const lines = [
    `found in ${runs} runs: number ${number}, ${what} of pass ${pass} at ${place}, run ${run}`,
    `nodes: ${nodes.length === 0 ? 'none named' : formatList(nodes, 8)}`,
  ];
  return `${lines.join('\n')}\n${diff ?? explainError(error)}`;
}

/** What the patch changed; `null` when the pipeline failed with it. */
function diffOf({ culprit, before, after }: Found): string | null {
  if (after === undefined) return null;
  const { number } = culprit;
  return diffTexts(
    { name: `${number - 1} patches`, text: modelText(before) },
    { name: `${number} patches`, text: modelText(after) },
  );
}
