import {
  drawComparison,
  drawPasses,
  drawReach,
  formatBytes,
  type Report,
  type ValidationEffort,
} from '@sentei/report';
import type { Budget } from '@sentei/runtime';
import { type Command, Option } from 'commander';
import { writeChanges } from '../change-folder.ts';
import { modelText } from '../model-text.ts';
import type { Paint } from '../paint.ts';
import { TARGETS, type Target } from '../passes.ts';
import type { CommandEnvironment } from '../program.ts';
import { prune } from '../prune.ts';
import { addPipelineFlags, checkPipelineFlags, type PipelineFlags, readWhole } from './pipeline-flags.ts';
import { readBudget } from './read-budget.ts';

interface PruneFlags extends PipelineFlags {
  readonly out: string;
  readonly stopAfter?: number;
  readonly printChanges?: string;
  readonly reproducer?: string;
  readonly audit?: string;
  readonly budget?: Budget;
  readonly validation: ValidationEffort;
  readonly target: Target;
  readonly provider?: Target;
}

/** Adds `sentei prune`. */
export function addPrune(program: Command, environment: CommandEnvironment): Command {
  const command = program
    .command('prune')
    .description('Prune a model, compare the result with the original, and write it with a report.')
    .argument('<model>', 'an ONNX file')
    .requiredOption('--out <folder>', 'folder for model.onnx, report.json and report.html');
  return addPipelineFlags(command)
    .option('--stop-after <number>', 'keep this many patches at most', readWhole)
    .option(
      '--print-changes <folder>',
      'write the model as text after each patch, to a new folder, or - for here',
    )
    .option('--reproducer <folder>', 'a new folder for what sentei reproduce needs, should a pass fail')
    .option(
      '--budget <text>',
      'what the result has to hold besides, as maxDrop=0.01 minSpeedup=1.1',
      readBudget,
    )
    .option('--audit <file>', 'write down every decision, at the end of this file')
    .addOption(
      new Option('--validation <effort>', 'how thoroughly the result is compared with the original')
        .choices(['full', 'short', 'none'])
        .default('full'),
    )
    .addOption(
      new Option('--target <name>', 'what the result is made for, and compared on where it starts')
        .choices(TARGETS)
        .default('cpu'),
    )
    .addOption(new Option('--provider <name>', 'what the result is compared on instead').choices(TARGETS))
    .action(async (model: string, flags: PruneFlags) => {
      checkPipelineFlags(flags, command);
      if (flags.budget?.maxDrop !== undefined && command.getOptionValueSource('maxDrop') === 'cli') {
        command.error('error: --max-drop and maxDrop of --budget are the same: give one of them');
      }
      if (flags.printChanges === '-' && environment.output.isJson) {
        command.error('error: --print-changes - writes text where --json writes the result: name a folder');
      }
      const isDefault = command.getOptionValueSource('pipeline') === 'default';
      const pipeline = isDefault ? undefined : flags.pipeline;
      await run(model, { ...flags, pipeline }, environment);
    });
}

async function run(
  model: string,
  flags: Omit<PruneFlags, 'pipeline'> & { readonly pipeline: string | undefined },
  environment: CommandEnvironment,
): Promise<void> {
  const { stdout, signal, output } = environment;
  const { printChanges, passes: plugins, ...options } = flags;
  const report = await output.during(async (listener) => {
    const instruments =
      printChanges === undefined ? [] : [await writeChanges(printChanges, modelText, stdout)];
    return prune({ model, ...options, plugins, instruments, signal, listener });
  });
  output.print(report, describe);
}

function describe(report: Report, { caution }: Paint): string {
  const warnings = report.warnings.map((warning) => `${caution('warning')}: ${warning}\n`);
  return [
    drawPasses(report.passes),
    drawComparison(report),
    drawReach(report),
    ...warnings,
    closingLine(report),
  ].join('');
}

function closingLine({ source, result }: Report): string {
  const describe = ({ path, fileBytes }: Report['source']) => `${path} (${formatBytes(fileBytes)})`;
  return `${describe(source)} -> ${describe(result)}\n`;
}
