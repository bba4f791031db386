import { setTimeout as wait } from 'node:timers/promises';
import { SenteiError } from '@sentei/ir';
import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit.ts';
import { addBenchmark } from './commands/benchmark.ts';
import { addBisect } from './commands/bisect.ts';
import { addCalibrate } from './commands/calibrate.ts';
import { addDecoder } from './commands/decoder.ts';
import { addDiff } from './commands/diff.ts';
import { addDoctor } from './commands/doctor.ts';
import { addGenerate } from './commands/generate.ts';
import { addInspect } from './commands/inspect.ts';
import { addPrint } from './commands/print.ts';
import { addPrune } from './commands/prune.ts';
import { addReport } from './commands/report.ts';
import { addReproduce } from './commands/reproduce.ts';

import { addValidate } from './commands/validate.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { createOutput, errorLine, type Output, type OutputMode } from './output.ts';
import type { Variables } from './paint.ts';
import type { TextStream } from './progress.ts';
import { senteiVersion } from './versions.ts';

/** What a command sees of the process it runs in. */
export interface Environment {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Interrupts the command. */
  readonly signal?: AbortSignal | undefined;
  /** Prints stack traces. */
  readonly trace?: boolean | undefined;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** Environment variables that say how to write: `NO_COLOR`, `FORCE_COLOR`, `TERM`, `CI`. Default: none. */
  readonly variables?: Variables | undefined;
  /** Asks the user to agree to something; absent where nobody can be asked. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
}

/** What each command is given: see {@link Output} for how it speaks. */
export interface CommandEnvironment extends Environment {
  readonly output: Output;
}

/** Milliseconds. */
const GRACE = 50;

const COMMANDS = [
  addInspect,
  addCalibrate,
  addPrune,
  addValidate,
  addBenchmark,
  addDecoder,
  addGenerate,
  addReport,
  addAudit,
  addDoctor,
  addPrint,
  addDiff,
  addBisect,
  addReproduce,
] as const;

/**
 * Runs the command with the given arguments (without those for node and the script). Never throws: errors are written to
 * `stderr`, in two lines or as one line of JSON.
 *
 * @returns the exit code
 */
export async function runSentei(args: readonly string[], environment: Environment): Promise<number> {
  const program = createProgram(environment);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // A signal that has ended a process of ONNX Runtime may be about to arrive here too.
    if (exitCodeOf(error) === 7) await wait(GRACE);
    return report(error, args, environment);
  }
}

function createProgram(environment: Environment): Command {
  const { stdout, stderr } = environment;
  const program = new Command('sentei')
    .description('A pruning compiler for ONNX models.')
    .version(senteiVersion())
    .option('--quiet', 'write results and errors alone, no progress and no warnings')
    .option('--json', 'write the result as one JSON document, progress and errors as lines of JSON')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    // Errors are written once, in the form of all errors.
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
    })
    .addHelpText('after', `\n${describeExitCodes()}`);
  const output = createOutput(environment, () => program.opts<OutputMode>());
  for (const add of COMMANDS) {
    add(program, { ...environment, output })
      .copyInheritedSettings(program)
      .addHelpText('after', `\n${describeExitCodes()}`);
  }
  return program;
}

function report(error: unknown, args: readonly string[], { stderr, signal, trace }: Environment): number {
  const isUsage = error instanceof CommanderError;
  if (isUsage && error.exitCode === 0) return 0;
  // Without a command commander has shown the help already.
  if (isUsage && error.code === 'commander.help') return 2;
  const fault = signal?.aborted ? interruption(error) : isUsage ? wrongUsage(error, args) : error;
  const code = fault === error || signal?.aborted ? exitCodeOf(fault) : 2;
  // Wrong arguments end the reading of arguments, so that they are looked at as they are.
  stderr.write(args.includes('--json') ? errorLine(fault, code) : explainError(fault, trace));
  return code;
}

/** Whatever was thrown after a signal came of the signal; what it says is left to those that threw it on purpose. */
function interruption(error: unknown): SenteiError {
  const hint = error instanceof SenteiError && error.code === 'cancelled' ? error.hint : undefined;
  return new SenteiError('cancelled', 'interrupted', { hint: hint ?? 'nothing was written', cause: error });
}

function wrongUsage(error: CommanderError, args: readonly string[]): SenteiError {
  const command = args.find((word) => !word.startsWith('-')) ?? 'prune';
  return new SenteiError('invalid-option', error.message.replace(/^error: /, ''), {
    hint: `see sentei --help, or sentei ${command} --help`,
  });
}

function describeExitCodes(): string {
  const lines = EXIT_CODES.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ['Exit codes:', ...lines].join('\n');
}
