export type {
  Feeds,
  HostTensor,
  Outputs,
  TensorData,
  TensorOf,
  TensorType,
} from '@sentei/data';
export { hostTensor } from '@sentei/data';
export type { AuditLogOptions } from './audit/audit-log.ts';
export { AuditLog } from './audit/audit-log.ts';
export type { AuditEvent, AuditFields, AuditLine } from './audit/types.ts';
export type { AuditedRun, AuditSummary } from './audit/verify-audit.ts';
export { verifyAudit } from './audit/verify-audit.ts';
export { watchPipeline } from './audit/watch-pipeline.ts';
export type {
  BenchmarkOptions,
  BenchmarkPoint,
  PairBenchmark,
  PairSettings,
  PairTiming,
} from './benchmark/benchmark.ts';
export { benchmarkPair } from './benchmark/benchmark.ts';
export type { ModelBenchmarkOptions } from './benchmark/benchmark-models.ts';
export { benchmarkModels } from './benchmark/benchmark-models.ts';
export type { Comparison, ComparisonVerdict } from './benchmark/comparison.ts';
export { comparePairs } from './benchmark/comparison.ts';
export type { IntervalOptions } from './benchmark/interval.ts';
export { medianInterval } from './benchmark/interval.ts';
export type { PeakMemory } from './benchmark/peak-memory.ts';
export type { PointSource } from './benchmark/places.ts';
export type { PointSizes } from './benchmark/points.ts';
export { defaultPoints, parsePoints, synthesizePoint } from './benchmark/points.ts';
export type { Latency, Percentiles, Summary } from './benchmark/statistics.ts';
export { summarize } from './benchmark/statistics.ts';
export type { WarmUp } from './benchmark/steady.ts';
export type {
  BenchmarkFigure,
  FigureComparison,
  ModelBenchmark,
  ModelFigures,
  StartFigures,
} from './benchmark/types.ts';
export { type CalibrateOptions, calibrate } from './calibration/calibrate.ts';
export { type CalibratorOptions, createCalibrator } from './calibration/calibrator.ts';
export { type PlannedTap, plannedTaps } from './calibration/plan.ts';
export {
  type Identity,
  type Labels,
  mergeStatistics,
  missingBlocks,
  type Range,
  type Statistics,
  StatisticsMerge,
  summarizeStatistics,
} from './calibration/statistics.ts';
export { readStatistics, writeStatistics } from './calibration/statistics-file.ts';
export type { Diagnosis, DiagnosisOptions } from './doctor/diagnose.ts';
export { diagnose } from './doctor/diagnose.ts';
export type { Finding, FindingStatus } from './doctor/finding.ts';
export type { CudaInstallation, CudaOptions, CudaPlan } from './doctor/install-cuda.ts';
export { installCuda, planCudaInstallation } from './doctor/install-cuda.ts';
export { type ProviderTrial, type ProviderTrialOptions, tryProvider } from './doctor/try-provider.ts';
export type { EnergyComparison, EnergyFigure } from './energy/measure-energy.ts';
export { measureEnergy } from './energy/measure-energy.ts';
export type { EnergyMeter, EnergyReading, EnergySources, FoundMeter } from './energy/meter.ts';
export { findEnergyMeter } from './energy/meter.ts';
export type { CompareOnDataOptions } from './evaluation/compare-on-data.ts';
export { compareOnData } from './evaluation/compare-on-data.ts';
export type { ScoredPair, ShiftComparison } from './evaluation/compare-shift.ts';
export { compareShift } from './evaluation/compare-shift.ts';
export type { EvaluatedSession, EvaluateOptions, Evaluation } from './evaluation/evaluate.ts';
export { evaluate } from './evaluation/evaluate.ts';
export type { DataWithShifts, EvaluateShiftsOptions } from './evaluation/evaluate-shifts.ts';
export { evaluateShifts } from './evaluation/evaluate-shifts.ts';
export type { AgreementEstimate, OutputAgreement } from './evaluation/output-agreement.ts';
export { OutputAgreements } from './evaluation/output-agreement.ts';
export type { BootstrapOptions, Estimate, PairedDifference } from './evaluation/paired-bootstrap.ts';
export { pairedBootstrap } from './evaluation/paired-bootstrap.ts';
export type { ExecutorOptions, OnnxExecutor } from './execution/executor.ts';
export { createExecutor } from './execution/executor.ts';
export { type Choice, chooseToken } from './generation/choose-token.ts';
export { Decoder, type DecoderStep, openDecoder } from './generation/decoder.ts';
export {
  type GeneratedToken,
  type GenerateOptions,
  type GenerationSummary,
  generate,
} from './generation/generate.ts';
export { RowBuffer } from './generation/row-buffer.ts';
export type { SynthesisOptions } from './inputs/synthesize-inputs.ts';
export { synthesizeInputs } from './inputs/synthesize-inputs.ts';
export type { JudgeOptions } from './judging/judge.ts';
export { createJudge } from './judging/judge.ts';
export type { ExampleJudge, TrialOptions } from './judging/judge-with.ts';
export type { TextJudgeOptions } from './judging/text-judge.ts';
export { createTextJudge, longestWindow } from './judging/text-judge.ts';
export type { Host, Outcome } from './machine/host.ts';
export type { Machine } from './machine/machine.ts';
export { describeMachine } from './machine/machine.ts';
export { runtimePackageVersion } from './machine/package-version.ts';
export type { AccuracyOptions } from './metrics/accuracy.ts';
export { accuracy } from './metrics/accuracy.ts';
export type {
  AveragePrecisionOptions,
  Box,
  CategoryMatches,
  Detection,
  Truth,
} from './metrics/average-precision.ts';
export { averagePrecision } from './metrics/average-precision.ts';
export type { BitsPerByte, BitsPerByteOptions } from './metrics/bits-per-byte.ts';
export { isByteLanguageModel, measureBitsPerByte } from './metrics/bits-per-byte.ts';
export { chooseMetric, METRIC_NAMES } from './metrics/choose-metric.ts';
export type { OutputComparison } from './metrics/compare-outputs.ts';
export { compareOutputs, compareTensors } from './metrics/compare-outputs.ts';
export { divergence } from './metrics/divergence.ts';
export type { ClassCounts, F1Options } from './metrics/f1.ts';
export { f1 } from './metrics/f1.ts';
export { loadMetric } from './metrics/load-metric.ts';
export type { Metric, Share } from './metrics/metric.ts';
export { meanMetric, ratioMetric } from './metrics/metric.ts';
export type { LanguageModelNames } from './metrics/next-token.ts';
export { bitsPerByte, bitsPerByteOfTokens, nextTokenAccuracy, perplexity } from './metrics/next-token.ts';
export type { OutputReduction } from './metrics/output-reduction.ts';
export type { MetricSources } from './metrics/resolve-metric.ts';
export { resolveMetric } from './metrics/resolve-metric.ts';
export type { Pooling, Prediction, SpearmanOptions } from './metrics/spearman.ts';
export { spearman } from './metrics/spearman.ts';
export type { ProviderAssignment } from './placement/assignment.ts';
export type { PlacementOptions } from './placement/measure-placement.ts';
export { measurePlacement } from './placement/measure-placement.ts';
export type { ModelPlacements, PlacedFile } from './placement/place-models.ts';
export { placeModels } from './placement/place-models.ts';
export type { Placement, PlacementException } from './placement/placement.ts';
export type { Engine, EngineOptions, LoadOptions } from './process/engine.ts';
export { startEngine } from './process/engine.ts';
export type {
  Dimension,
  ExecutionProvider,
  GraphOptimizationLevel,
  RuntimeDescription,
  Signature,
  ValueSignature,
} from './process/protocol.ts';
export type { Session } from './process/session.ts';
export { takesPart } from './rollout/assign-request.ts';
export type { RolloutOptions } from './rollout/plan-rollout.ts';
export { planRollout } from './rollout/plan-rollout.ts';
export { rolloutInput } from './rollout/rollout-input.ts';
export type {
  GateStep,
  RolloutInput,
  RolloutPlan,
  RolloutStep,
  WatchedFigure,
  WatchRule,
} from './rollout/types.ts';
export type { Validation, ValidationOptions } from './validate.ts';
export { validatePair } from './validate.ts';
export type { AgreementFigure, AgreementStatistic } from './validation/agreement.ts';
export type { FidelityFigure } from './validation/fidelity.ts';
export type { MemoryFigure } from './validation/memory.ts';
export type { QualityFigure } from './validation/quality.ts';
export type { HeldoutData, ShiftedData } from './validation/quality-on-data.ts';
export type { SpeedFigure } from './validation/speed.ts';
export type { Effort, LeftOut } from './validation/types.ts';
export type { Budget, CriterionDefinition, CriterionName } from './verdict/budget.ts';
export { CRITERIA, checkBudget, parseBudget, printBudget } from './verdict/budget.ts';
export { decideVerdict } from './verdict/decide-verdict.ts';
export { figuresOf } from './verdict/figures.ts';
export type {
  CriterionResult,
  Figure,
  Quantity,
  ValidatedData,
  ValidatedModel,
  ValidationRecord,
  Verdict,
} from './verdict/types.ts';
