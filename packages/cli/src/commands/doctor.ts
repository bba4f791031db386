import { SenteiError } from '@sentei/ir';
import { diagnose } from '@sentei/runtime';
import type { Command } from 'commander';
import { drawDiagnosis } from '../diagnosis-lines.ts';
import type { CommandEnvironment } from '../program.ts';

/** Adds `sentei doctor`. */
export function addDoctor(program: Command, environment: CommandEnvironment): Command {
  const { output, signal } = environment;
  return program
    .command('doctor')
    .description('Tell what this machine can run and what is missing, library by library, with the fix.')
    .action(async () => {
      const diagnosis = await output.during(({ step }) => diagnose({ signal, onStep: step }));
      output.print(diagnosis, drawDiagnosis);
      if (diagnosis.providers.cpu === 'ok') return;
      throw new SenteiError('runtime-failed', 'models cannot be run on the CPU of this machine', {
        subject: 'cpu',
        hint: 'see the findings about cpu',
      });
    });
}
