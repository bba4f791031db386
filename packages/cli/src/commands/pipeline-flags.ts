import { PIPELINE_GROUPS, VERIFY_WHEN, type VerifyWhen } from '@sentei/ir';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_PIPELINE, PASSES } from '../passes.ts';

/** What every command that runs a pipeline can be told. */
export interface PipelineFlags {
  readonly pipeline: string;
  readonly passes: readonly string[];
  readonly verify: VerifyWhen;
  readonly seed: number;
  readonly data?: string;
  readonly heldout?: string;
  readonly maxDrop: number;
  readonly threads: number;
}

const MOST_THREADS = 1024;

/** Adds the options that every command has which runs a pipeline. */
export function addPipelineFlags(command: Command): Command {
  const passes = PASSES.map(({ id }) => id).join(', ');
  return command
    .option(
      '--pipeline <text>',
      `passes in order (${passes}; ${PIPELINE_GROUPS.join(', ')})`,
      DEFAULT_PIPELINE,
    )
    .option(
      '--passes <package>',
      'a package with passes for the pipeline; may be given more than once',
      collect,
      [],
    )
    .addOption(
      new Option('--verify <when>', 'when the graph is checked').choices([...VERIFY_WHEN]).default('each'),
    )
    .option('--seed <number>', 'of random numbers that passes ask for', readWhole, 0)
    .option(
      '--data <file>',
      'a dataset card, or a text of which a quarter calibrates, a quarter selects, half judges',
    )
    .option(
      '--heldout <file>',
      'another text that judges; then the halves of --data, a text, calibrate and select',
    )
    .option('--max-drop <share>', 'largest loss of quality, relative to the original', readShare, 0.01)
    .option('--threads <number>', 'threads of ONNX Runtime', readThreads, 2);
}

/** @throws CommanderError */
export function checkPipelineFlags({ data, heldout }: PipelineFlags, command: Command): void {
  if (heldout !== undefined && data === undefined) {
    command.error('error: --heldout needs a text as --data: there is nothing to calibrate and select on');
  }
}

/** A whole number of at least 0. */
export function readWhole(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It must be a whole number of at least 0.');
}

/** A number of at least 0. */
export function readAmount(text: string): number {
  const amount = text.trim() === '' ? Number.NaN : Number(text);
  if (amount >= 0 && Number.isFinite(amount)) return amount;
  throw new InvalidArgumentError('It must be a number of at least 0.');
}

function readShare(text: string): number {
  try {
    return readAmount(text);
  } catch {
    throw new InvalidArgumentError('It must be a number of at least 0, such as 0.01 for one per cent.');
  }
}

/** A number of threads. */
export function readThreads(text: string): number {
  const threads = /^\d+$/.test(text) ? Number(text) : 0;
  if (threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_THREADS}.`);
}

function collect(name: string, before: readonly string[]): string[] {
  return [...before, name];
}
