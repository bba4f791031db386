import type { Bisection } from '@sentei/ir';
import { formatList } from '@sentei/report';
import { type Command, Option } from 'commander';
import { bisect } from '../bisect.ts';
import { diffTexts } from '../diff-texts.ts';
import { explainError } from '../explain-error.ts';
import { PROPERTIES, type PropertyName } from '../model-property.ts';
import { modelText } from '../model-text.ts';
import type { Environment } from '../program.ts';
import { displayProgress } from '../progress.ts';
import { addPipelineFlags, checkPipelineFlags, type PipelineFlags, readAmount } from './pipeline-flags.ts';

interface BisectFlags extends PipelineFlags {
  readonly property: PropertyName;
  readonly command?: string;
  readonly tolerance?: number;
}

/** Adds `sentei bisect`. */
export function addBisect(program: Command, environment: Environment): Command {
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

async function run(
  model: string,
  flags: BisectFlags,
  { stdout, stderr, signal, now }: Environment,
): Promise<void> {
  const listener = displayProgress(stderr, now);
  try {
    const found = await bisect({ model, ...flags, plugins: flags.passes, signal, listener });
    listener.stop();
    stdout.write(describe(found));
  } finally {
    listener.stop();
  }
}

function describe({ culprit, runs, before, after, error }: Extract<Bisection, { status: 'found' }>): string {
  const { number, pass, place, run, patch, nodes } = culprit;
  const what = patch === undefined ? 'between patches' : `patch '${patch}'`;
  const lines = [
    `found in ${runs} runs: number ${number}, ${what} of pass ${pass} at ${place}, run ${run}`,
    `nodes: ${nodes.length === 0 ? 'none named' : formatList(nodes, 8)}`,
  ];
  const head = `${lines.join('\n')}\n`;
  if (after === undefined) return head + explainError(error);
  const texts = [before, after].map(modelText);
  return (
    head +
    diffTexts(
      { name: `${number - 1} patches`, text: texts[0] ?? '' },
      { name: `${number} patches`, text: texts[1] ?? '' },
    )
  );
}
