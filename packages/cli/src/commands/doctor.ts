import { SenteiError } from '@sentei/ir';
import { type CudaInstallation, diagnose, installCuda, planCudaInstallation } from '@sentei/runtime';
import type { Command } from 'commander';
import { drawDiagnosis } from '../diagnosis-lines.ts';
import type { CommandEnvironment } from '../program.ts';

interface DoctorFlags {
  readonly installCuda?: true;
  readonly yes?: true;
}

/** Adds `sentei doctor`. */
export function addDoctor(program: Command, environment: CommandEnvironment): Command {
  const { output, signal } = environment;
  const command = program
    .command('doctor')
    .description('Tell what this machine can run and what is missing, library by library, with the fix.')
    .option('--install-cuda', 'put the CUDA provider of the matching version beside ONNX Runtime first')
    .option('--yes', 'agree to what --install-cuda downloads');
  return command.action(async (flags: DoctorFlags) => {
    if (flags.yes && !flags.installCuda) command.error('error: --yes agrees to --install-cuda');
    const installation = flags.installCuda ? await install(flags, command, environment) : undefined;
    const diagnosis = await output.during(({ step }) => diagnose({ signal, onStep: step }));
    const result = installation === undefined ? diagnosis : { installation, ...diagnosis };
    output.print(result, (_result, paint) => drawDiagnosis(diagnosis, paint));
    if (diagnosis.providers.cpu === 'ok') return;
    throw new SenteiError('runtime-failed', 'models cannot be run on the CPU of this machine', {
      subject: 'cpu',
      hint: 'see the findings about the machine and cpu',
    });
  });
}

async function install(
  flags: DoctorFlags,
  command: Command,
  { output, signal, confirm }: CommandEnvironment,
): Promise<CudaInstallation> {
  const plan = await planCudaInstallation();
  const isAgreed = flags.yes || plan.source === 'none';
  if (!isAgreed && confirm === undefined) {
    command.error(`error: --install-cuda ${plan.description}: add --yes to agree`);
  }
  if (!isAgreed && !(await confirm?.(`This ${plan.description}. Go on?`))) {
    throw new SenteiError('cancelled', 'not agreed to', { hint: 'nothing was downloaded' });
  }
  return output.during(async ({ step, progress, info }) => {
    info(plan.source === 'none' ? plan.description : `this ${plan.description}`);
    const installed = await installCuda({ signal, onStep: step, onProgress: progress });
    if (installed.status === 'installed') info(`in place: ${installed.files.join(', ')}`);
    return installed;
  });
}
