export type { Feeds, HostTensor, TensorData, TensorOf, TensorType } from '@sentei/data';
export { hostTensor } from '@sentei/data';
export type {
  BenchmarkOptions,
  BenchmarkPoint,
  PairBenchmark,
  PairSettings,
  PairTiming,
} from './benchmark/benchmark.ts';
export { benchmarkPair } from './benchmark/benchmark.ts';
export type { Summary } from './benchmark/statistics.ts';
export { summarize } from './benchmark/statistics.ts';
export type { Diagnosis, DiagnosisOptions } from './doctor/diagnose.ts';
export { diagnose } from './doctor/diagnose.ts';
export type { Finding, FindingStatus } from './doctor/finding.ts';
export type { Host, Outcome } from './doctor/host.ts';
export type { CudaInstallation, CudaOptions, CudaPlan } from './doctor/install-cuda.ts';
export { installCuda, planCudaInstallation } from './doctor/install-cuda.ts';
export type { ProviderTrial } from './doctor/try-provider.ts';
export type { ExecutorOptions, OnnxExecutor } from './execution/executor.ts';
export { createExecutor } from './execution/executor.ts';
export type { SynthesisOptions } from './inputs/synthesize-inputs.ts';
export { synthesizeInputs } from './inputs/synthesize-inputs.ts';
export type { JudgeOptions } from './judging/judge.ts';
export { createJudge, longestWindow } from './judging/judge.ts';
export type { Machine } from './machine/machine.ts';
export { describeMachine } from './machine/machine.ts';
export type { BitsPerByte, BitsPerByteOptions } from './metrics/bits-per-byte.ts';
export { isByteLanguageModel, measureBitsPerByte } from './metrics/bits-per-byte.ts';
export type { OutputComparison } from './metrics/compare-outputs.ts';
export { compareOutputs, compareTensors } from './metrics/compare-outputs.ts';
export type { Engine, EngineOptions, LoadOptions } from './process/engine.ts';
export { startEngine } from './process/engine.ts';
export type {
  Dimension,
  GraphOptimizationLevel,
  RuntimeDescription,
  Signature,
  ValueSignature,
} from './process/protocol.ts';
export type { Session } from './process/session.ts';
export type { Validation, ValidationOptions } from './validate.ts';
export { validatePair } from './validate.ts';
export type { FidelityFigure } from './validation/fidelity.ts';
export type { QualityFigure } from './validation/quality.ts';
export type { SpeedFigure } from './validation/speed.ts';
export type { Effort, LeftOut } from './validation/types.ts';
