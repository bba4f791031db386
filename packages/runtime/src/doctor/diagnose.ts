import { join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import { type Host, thisHost } from '../machine/host.ts';
import { examineMachine, examineTools } from './examine-machine.ts';
import { describeTrial, examineProvider } from './examine-provider.ts';
import { createLibraryFinder } from './find-library.ts';
import type { Finding, FindingStatus } from './finding.ts';
import { fileContains, isFile, locateOnnxRuntime, type OnnxRuntimeFiles } from './onnxruntime-files.ts';
import { type ProviderTrial, tryProvider } from './try-provider.ts';

/** What a machine can run, and what it lacks. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** By execution provider: `ok` when a model ran on it, else the first reason why not. */
  readonly providers: Readonly<Record<string, FindingStatus>>;
}

/** What a machine is looked at with; everything has a default. */
export interface DiagnosisOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is told what is looked at next. */
  readonly onStep?: ((title: string) => void) | undefined;
  /** Default: this computer. */
  readonly host?: Host | undefined;
  /** `package.json` of the onnxruntime-node to look at. Default: the one that models are run with. */
  readonly packageFile?: string | undefined;
  /** Makes a session with a provider. Default: in a process of its own. */
  readonly attempt?: ((provider: string) => Promise<ProviderTrial>) | undefined;
}

/** Providers that are a part of ONNX Runtime's library, besides the CPU. */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  linux: ['webgpu'],
  darwin: ['coreml', 'webgpu'],
  win32: ['dml', 'webgpu'],
};

/**
 * Looks at everything that running models depends on, and runs a small model on each execution provider.
 *
 * @throws SenteiError `cancelled`
 */
export async function diagnose(options: DiagnosisOptions = {}): Promise<Diagnosis> {
  const { signal, onStep = () => {}, host = thisHost() } = options;
  const attempt =
    options.attempt ?? ((provider) => tryProvider(provider, { signal, variables: host.variables }));
  const begin = (title: string) => {
    if (signal?.aborted) throw new SenteiError('cancelled', 'interrupted');
    onStep(title);
  };
  begin('looking at the machine');
  const findings = await examineMachine(host);
  const files = await locateOnnxRuntime(host, options.packageFile).catch((error: unknown) => {
    if (!(error instanceof SenteiError)) throw error;
    findings.push({
      group: 'cpu',
      subject: 'onnxruntime-node',
      status: 'missing',
      detail: error.message,
      fix: error.hint,
    });
    return undefined;
  });
  if (files !== undefined) {
    begin('trying the CPU');
    findings.push(...(await examineLibrary(files)));
    findings.push(describeTrial('cpu', await attempt('cpu')));
    const finder = await createLibraryFinder(host);
    for (const provider of ['cuda', 'tensorrt'] as const) {
      begin(`trying ${provider}`);
      const trial = () => attempt(provider);
      findings.push(...(await examineProvider(provider, { host, files, finder, attempt: trial })));
    }
    for (const provider of BUILT_IN[host.platform] ?? []) {
      begin(`trying ${provider}`);
      findings.push(describeTrial(provider, await attempt(provider)));
    }
  }
  begin('looking for tools');
  findings.push(...(await examineTools(host)));
  if (signal?.aborted) throw new SenteiError('cancelled', 'interrupted');
  return { findings, providers: summarize(findings) };
}

async function examineLibrary({ version, binaries, library }: OnnxRuntimeFiles): Promise<Finding[]> {
  const path = join(binaries, library);
  const fix = 'install onnxruntime-node again: npm install where Sentei is installed';
  const about = { group: 'cpu', subject: library };
  const findings: Finding[] = [{ group: 'cpu', subject: 'onnxruntime-node', status: 'ok', detail: version }];
  if (!(await isFile(path))) {
    return [...findings, { ...about, status: 'missing', detail: `not in ${binaries}`, fix }];
  }
  const isRight = await fileContains(path, Buffer.from(version, 'latin1'));
  const detail = isRight ? `${version}: ${path}` : `${path} is not of version ${version}`;
  return [...findings, { ...about, status: isRight ? 'ok' : 'broken', detail, ...(isRight ? {} : { fix }) }];
}

function summarize(findings: readonly Finding[]): Record<string, FindingStatus> {
  const providers: Record<string, FindingStatus> = {};
  for (const { group, status, isOptional } of findings) {
    if (group === 'machine' || group === 'tools') continue;
    const isFault = status !== 'ok' && !isOptional;
    providers[group] =
      providers[group] === undefined || providers[group] === 'ok'
        ? isFault
          ? status
          : 'ok'
        : providers[group];
  }
  return providers;
}
