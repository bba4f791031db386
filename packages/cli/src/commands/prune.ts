import { type Command, InvalidArgumentError, Option } from 'commander';
import { drawComparison } from '../comparison-tables.ts';
import { formatBytes } from '../format.ts';
import { drawPasses } from '../pass-tables.ts';
import { DEFAULT_PIPELINE, PASSES } from '../passes.ts';
import type { Environment } from '../program.ts';
import { displayProgress } from '../progress.ts';
import { prune } from '../prune.ts';
import type { Report, ValidationEffort } from '../report.ts';

interface PruneFlags {
  readonly out: string;
  readonly pipeline: string;
  readonly data?: string;
  readonly heldout?: string;
  readonly maxDrop: number;
  readonly threads: number;
  readonly validation: ValidationEffort;
}

const MOST_THREADS = 1024;

/** Adds `sentei prune`. */
export function addPrune(program: Command, environment: Environment): Command {
  return program
    .command('prune')
    .description('Prune a model, compare the result with the original, and write it with a report.')
    .argument('<model>', 'an ONNX file')
    .requiredOption('--out <folder>', 'folder for model.onnx and report.json')
    .option(
      '--pipeline <text>',
      `passes in order (${PASSES.map(({ id }) => id).join(', ')})`,
      DEFAULT_PIPELINE,
    )
    .option('--data <file>', 'text: a quarter calibrates, a quarter selects, half judges')
    .option('--heldout <file>', 'text that judges; then the halves of --data calibrate and select')
    .option('--max-drop <share>', 'largest loss of quality, relative to the original', readShare, 0.01)
    .option('--threads <number>', 'threads of ONNX Runtime', readThreads, 2)
    .addOption(
      new Option('--validation <effort>', 'how thoroughly the result is compared with the original')
        .choices(['full', 'short', 'none'])
        .default('full'),
    )
    .action(async (model: string, flags: PruneFlags, command: Command) => {
      if (flags.heldout !== undefined && flags.data === undefined) {
        command.error('error: --heldout needs --data: there is nothing to calibrate and select on');
      }
      await run(model, flags, environment);
    });
}

async function run(model: string, flags: PruneFlags, environment: Environment): Promise<void> {
  const { stdout, stderr, signal, now } = environment;
  const listener = displayProgress(stderr, now);
  try {
    const report = await prune({ model, ...flags, signal, listener });
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

function readShare(text: string): number {
  const share = text.trim() === '' ? Number.NaN : Number(text);
  if (share >= 0 && Number.isFinite(share)) return share;
  throw new InvalidArgumentError('It must be a number of at least 0, such as 0.01 for one per cent.');
}

function readThreads(text: string): number {
  const threads = /^\d+$/.test(text) ? Number(text) : 0;
  if (threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_THREADS}.`);
}
