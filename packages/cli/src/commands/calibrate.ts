import { readStatistics, type Statistics } from '@sentei/runtime';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { calibrateFile } from '../calibration/calibrate.ts';
import { describeStatistics, drawStatistics } from '../calibration/describe-statistics.ts';
import { mergeFiles } from '../calibration/merge-files.ts';
import type { CommandEnvironment } from '../program.ts';
import type { Listener } from '../progress.ts';
import { readAmount, readThreads, readWhole } from './pipeline-flags.ts';

interface CalibrateFlags {
  readonly data?: string;
  readonly length?: number;
  readonly split: 'calibration' | 'selection';
  readonly taps?: string;
  readonly shard?: { readonly index: number; readonly count: number };
  readonly batch?: number;
  readonly threads: number;
  readonly provider: 'cpu' | 'cuda';
  readonly nonFinite: 'refuse' | 'skip';
  readonly timeout: number;
  readonly cache?: string;
  readonly out?: string;
  readonly merge?: string[];
  readonly print?: string;
}

/** Adds `sentei calibrate`. */
export function addCalibrate(program: Command, { output, signal }: CommandEnvironment): Command {
  const command = program
    .command('calibrate')
    .description(
      'Gather statistics of a model’s values over data, whole or by shard, merge them, or show them.',
    )
    .argument('[model]', 'an ONNX file')
    .option('--data <file>', 'a dataset card (JSON), or text')
    .option('--length <bytes>', 'window of a text', readWhole)
    .addOption(
      new Option('--split <name>', 'the part of the data that is used')
        .choices(['calibration', 'selection'])
        .default('calibration'),
    )
    .option(
      '--taps <file>',
      'values and statistics as JSON; otherwise moments and quantiles of the residual stream',
    )
    .option('--shard <i/n>', 'one of n parts of the data, from 1', readShard)
    .option('--batch <number>', 'examples that are read together; shards are cut between them', readWhole)
    .option('--threads <number>', 'threads of ONNX Runtime', readThreads, 1)
    .addOption(
      new Option('--provider <name>', 'what the model runs on').choices(['cpu', 'cuda']).default('cpu'),
    )
    .addOption(
      new Option('--non-finite <what>', 'what becomes of numbers that are not finite')
        .choices(['refuse', 'skip'])
        .default('refuse'),
    )
    .option('--timeout <seconds>', 'time that one batch may take', readAmount, 600)
    .option('--cache <folder>', 'keeps results, and what there is of a run that was interrupted')
    .option('--out <file>', 'write the statistics')
    .option('--merge <files...>', 'join the statistics of all shards')
    .option('--print <file>', 'show what is in a statistics file');
  return command.action(async (model: string | undefined, flags: CalibrateFlags) => {
    checkFlags(model, flags, command);
    const statistics = await output.during((listener) => gather(model, flags, listener, signal));
    output.print(describeStatistics(statistics), drawStatistics);
  });
}

function gather(
  model: string | undefined,
  flags: CalibrateFlags,
  listener: Listener,
  signal: AbortSignal | undefined,
): Promise<Statistics> {
  const { merge, print, data, timeout, out, provider, ...options } = flags;
  if (print !== undefined) return readStatistics(print);
  if (merge !== undefined) return mergeFiles(merge, out, listener);
  const timeoutMs = Math.max(1, Math.round(1000 * timeout));
  return calibrateFile({
    ...options,
    model: model ?? '',
    data: data ?? '',
    executionProvider: provider,
    timeoutMs,
    out,
    signal,
    listener,
  });
}

/** @throws CommanderError */
function checkFlags(model: string | undefined, flags: CalibrateFlags, command: Command): void {
  const { data, merge, print, shard, out } = flags;
  const tasks = [model, merge, print].filter((task) => task !== undefined).length;
  if (tasks !== 1) command.error('error: give either a model, or --merge <files>, or --print <file>');
  if (model !== undefined && data === undefined) command.error('error: a model needs --data <file>');
  if (shard !== undefined && out === undefined)
    command.error('error: --shard needs --out <file>: statistics of a part are of use once they are merged');
}

function readShard(text: string): { index: number; count: number } {
  const [, index = 0, count = 0] = /^([1-9]\d{0,6})\/([1-9]\d{0,6})$/.exec(text)?.map(Number) ?? [];
  if (index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError('It must be like 2/8: a part, and how many there are.');
}
