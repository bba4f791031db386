import { drawComparison, drawPasses, formatBytes, type Report, type ValidationEffort } from '@sentei/report';
import { type Command, Option } from 'commander';
import { writeChanges } from '../change-folder.ts';
import { modelText } from '../model-text.ts';
import type { Environment } from '../program.ts';
import { displayProgress } from '../progress.ts';
import { prune } from '../prune.ts';
import { addPipelineFlags, checkPipelineFlags, type PipelineFlags, readWhole } from './pipeline-flags.ts';

interface PruneFlags extends PipelineFlags {
  readonly out: string;
  readonly stopAfter?: number;
  readonly printChanges?: string;
  readonly reproducer?: string;
  readonly audit?: string;
  readonly validation: ValidationEffort;
}

/** Adds `sentei prune`. */
export function addPrune(program: Command, environment: Environment): Command {
  const command = program
    .command('prune')
    .description('Prune a model, compare the result with the original, and write it with a report.')
    .argument('<model>', 'an ONNX file')
    .requiredOption('--out <folder>', 'folder for model.onnx and report.json');
  return addPipelineFlags(command)
    .option('--stop-after <number>', 'keep this many patches at most', readWhole)
    .option(
      '--print-changes <folder>',
      'write the model as text after each patch, to a new folder, or - for here',
    )
    .option('--reproducer <folder>', 'a new folder for what sentei reproduce needs, should a pass fail')
    .option('--audit <file>', 'write down every decision, at the end of this file')
    .addOption(
      new Option('--validation <effort>', 'how thoroughly the result is compared with the original')
        .choices(['full', 'short', 'none'])
        .default('full'),
    )
    .action(async (model: string, flags: PruneFlags) => {
      checkPipelineFlags(flags, command);
      await run(model, flags, environment);
    });
}

async function run(model: string, flags: PruneFlags, environment: Environment): Promise<void> {
  const { stdout, stderr, signal, now } = environment;
  const listener = displayProgress(stderr, now);
  try {
    const { printChanges, passes: plugins, ...options } = flags;
    const instruments =
      printChanges === undefined ? [] : [await writeChanges(printChanges, modelText, stdout)];
    const report = await prune({ model, ...options, plugins, instruments, signal, listener });
    listener.stop();
    stdout.write(drawPasses(report.passes));
    stdout.write(drawComparison(report));
    for (const warning of report.warnings) stdout.write(`warning: ${warning}\n`);
    stdout.write(closingLine(report));
  } finally {
    listener.stop();
  }
}

function closingLine({ source, result }: Report): string {
  const describe = ({ path, fileBytes }: Report['source']) => `${path} (${formatBytes(fileBytes)})`;
  return `${describe(source)} -> ${describe(result)}\n`;
}
