import { drawBenchmark } from '@sentei/report';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { benchmark } from '../benchmark.ts';
import type { CommandEnvironment } from '../program.ts';
import { readAmount, readThreads, readWhole } from './pipeline-flags.ts';

const LEVELS = ['disabled', 'basic', 'extended', 'layout', 'all'] as const;
type Level = (typeof LEVELS)[number];

interface BenchmarkFlags {
  readonly points?: string;
  readonly data?: string;
  readonly level: readonly Level[];
  readonly threads: number;
  readonly provider: 'cpu' | 'cuda';
  readonly tf32: boolean;
  readonly rounds?: number;
  readonly budget: number;
  readonly processes: number;
  readonly starts: number;
  readonly energy: boolean;
  readonly seed: number;
  readonly out?: string;
}

/** Adds `sentei benchmark`. */
export function addBenchmark(program: Command, { output, signal }: CommandEnvironment): Command {
  return program
    .command('benchmark')
    .description('Measure latency, cold start, memory and energy of a model, or of two against each other.')
    .argument('<original>', 'an ONNX file')
    .argument('[pruned]', 'an ONNX file to compare with it')
    .option('--points <text>', 'sizes of inputs, as in: batch=1 length=128; batch=8 length=512')
    .option('--data <file>', 'a dataset card or a text to take inputs from')
    .option('--level <list>', 'graph optimization levels of ONNX Runtime', readLevels, ['all', 'disabled'])
    .option('--threads <number>', 'threads of ONNX Runtime', readThreads, 2)
    .addOption(new Option('--provider <name>', 'what models run on').choices(['cpu', 'cuda']).default('cpu'))
    .option('--no-tf32', 'keep CUDA from multiplying in TensorFloat-32')
    .option('--rounds <number>', 'rounds at each point, instead of a budget', readWhole)
    .option('--budget <seconds>', 'time of the rounds at each point and level', readAmount, 10)
    .option('--processes <number>', 'pairs of fresh processes that rounds are spread over', readWhole, 5)
    .option('--starts <number>', 'cold starts of each model at the first point', readWhole, 6)
    .option('--no-energy', 'measure no energy')
    .option('--seed <number>', 'of the intervals', readWhole, 1)
    .option('--out <file>', 'write everything that was measured, as JSON')
    .action(async (original: string, candidate: string | undefined, flags: BenchmarkFlags) => {
      const { level, provider, budget, energy, ...rest } = flags;
      const record = await output.during((listener) =>
        benchmark({
          ...rest,
          original,
          candidate,
          graphOptimizationLevels: level,
          executionProvider: provider,
          budgetMs: 1000 * budget,
          ...(!energy && { energy: false }),
          signal,
          listener,
        }),
      );
      output.print(record, drawBenchmark);
    });
}

function readLevels(text: string): Level[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name) => {
    const level = LEVELS.find((each) => each === name);
    if (level === undefined) throw new InvalidArgumentError(`Levels are ${LEVELS.join(', ')}.`);
    return level;
  });
}
