export type {
  BenchmarkOptions,
  BenchmarkPoint,
  PairBenchmark,
  PairSettings,
  PairTiming,
} from './benchmark.ts';
export { benchmarkPair } from './benchmark.ts';
export type { BitsPerByte, BitsPerByteOptions } from './bits-per-byte.ts';
export { isByteLanguageModel, measureBitsPerByte } from './bits-per-byte.ts';
export type { OutputComparison } from './compare-outputs.ts';
export { compareOutputs, compareTensors } from './compare-outputs.ts';
export type { Engine, EngineOptions, LoadOptions } from './engine.ts';
export { startEngine } from './engine.ts';
export type { ExecutorOptions, OnnxExecutor } from './executor.ts';
export { createExecutor } from './executor.ts';
export type { Feeds, HostTensor, TensorData, TensorOf, TensorType } from './host-tensor.ts';
export { hostTensor } from './host-tensor.ts';
export type { JudgeOptions } from './judge.ts';
export { createJudge, longestWindow } from './judge.ts';
export type { Machine } from './machine.ts';
export { describeMachine } from './machine.ts';
export type {
  Dimension,
  GraphOptimizationLevel,
  RuntimeDescription,
  Signature,
  ValueSignature,
} from './protocol.ts';
export type { Session } from './session.ts';
export type { Summary } from './statistics.ts';
export { summarize } from './statistics.ts';
export type { SynthesisOptions } from './synthesize-inputs.ts';
export { synthesizeInputs } from './synthesize-inputs.ts';
export type { Validation, ValidationOptions } from './validate.ts';
export { validatePair } from './validate.ts';
export type { FidelityFigure } from './validation/fidelity.ts';
export type { QualityFigure } from './validation/quality.ts';
export type { SpeedFigure } from './validation/speed.ts';
export type { Effort, LeftOut } from './validation/types.ts';
