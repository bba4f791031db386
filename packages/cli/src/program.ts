import { setTimeout as wait } from 'node:timers/promises';
import { oneLine } from '@sentei/report';
import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit.ts';
import { addBisect } from './commands/bisect.ts';
import { addDiff } from './commands/diff.ts';
import { addInspect } from './commands/inspect.ts';
import { addPrint } from './commands/print.ts';
import { addPrune } from './commands/prune.ts';
import { addReproduce } from './commands/reproduce.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
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
}

/** Milliseconds. */
const GRACE = 50;

/**
 * Runs the command with the given arguments (without those for node and the script). Never throws: errors are written to
 * `stderr` in two lines.
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
    return report(error, environment);
  }
}

function createProgram(environment: Environment): Command {
  const { stdout, stderr } = environment;
  const program = new Command('sentei')
    .description('A pruning compiler for ONNX models.')
    .version(senteiVersion())
    .exitOverride()
    // Errors are written once, in the form of all errors.
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
    })
    .addHelpText('after', `\n${describeExitCodes()}`);
  for (const add of [addInspect, addPrune, addPrint, addDiff, addBisect, addReproduce, addAudit]) {
    add(program, environment).copyInheritedSettings(program).addHelpText('after', `\n${describeExitCodes()}`);
  }
  return program;
}

function report(error: unknown, { stderr, signal, trace }: Environment): number {
  if (signal?.aborted) {
    stderr.write('sentei: interrupted\nhint: nothing was written\n');
    return 130;
  }
  if (!(error instanceof CommanderError)) {
    stderr.write(explainError(error, trace));
    return exitCodeOf(error);
  }
  if (error.exitCode === 0) return 0;
  // Without a command commander has shown the help already.
  if (error.code === 'commander.help') return 2;
  const what = oneLine(error.message.replace(/^error: /, ''));
  stderr.write(`sentei: ${what}\nhint: see sentei --help, or sentei prune --help\n`);
  return 2;
}

function describeExitCodes(): string {
  const lines = EXIT_CODES.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ['Exit codes:', ...lines].join('\n');
}
