export type { QuantizationAnnotation } from './codec/quantization-annotation.ts';
export { IR_VERSIONS, OPSET_VERSIONS, readModelBytes } from './codec/read-model.ts';
export { writeModelBytes } from './codec/write-model.ts';
export { type ErrorCode, type ErrorDetails, SenteiError } from './errors.ts';
export { checkExternalData } from './file/external-files.ts';
export type { ExternalDataOptions } from './file/external-layout.ts';
export { makeFolders, removeEmptyFolders } from './file/folders.ts';
export { hashModel } from './file/hash-model.ts';
export { readModel } from './file/read-model-file.ts';
export { removeAtExit } from './file/remove-at-exit.ts';
export { writeFileWhole } from './file/stage.ts';
export { writeChanged } from './file/write-changed.ts';
export { type WriteModelOptions, writeModel } from './file/write-model-file.ts';
export type { Attribute, AttributeValue } from './graph/attribute.ts';
export { GraphBuilder, type OpFields, toAttribute } from './graph/builder.ts';
export { type CarriedState, carriedStates, setCarriedStates } from './graph/carried-states.ts';
export { constantIntegers, constantScalar, constantTensor } from './graph/constant.ts';
export { bitsPerElement, DATA_TYPES, type DataType } from './graph/data-type.ts';
export { Graph } from './graph/graph.ts';
export { inputDefaults, setInputDefault } from './graph/input-defaults.ts';
export { mentionedNames } from './graph/mentioned-names.ts';
export { defineFunction, type FunctionDefinition, Model } from './graph/model.ts';
export { Node, type NodeFields } from './graph/node.ts';
export { removeUnread } from './graph/remove-unread.ts';
export { takeSnapshot } from './graph/snapshot.ts';
export { Tensor } from './graph/tensor.ts';
export {
  type Dimension,
  isTensorType,
  type Shape,
  type TensorType,
  tensorType,
  type ValueType,
} from './graph/type.ts';
export type { Use } from './graph/uses.ts';
export { Value } from './graph/value.ts';
export { fromProto, toProto } from './interop/onnx-proto.ts';
export { parseOptions } from './parse-options.ts';
export {
  type Bisection,
  type BisectOptions,
  bisectPipeline,
  type CulpritPatch,
} from './pass/bisect-pipeline.ts';
export { relativeDrop, tryChange } from './pass/budget.ts';
export {
  type Calibration,
  type Calibrator,
  type CollectOptions,
  type GramMatrix,
  type Histogram,
  type Moments,
  type QuantileSketch,
  quantileOf,
  type RowSample,
  type Tap,
  type TapStatistics,
} from './pass/calibration.ts';
export {
  type Criterion,
  checkCriterion,
  type Finding,
  type Interval,
  type Measured,
  type Outcome,
  worse,
} from './pass/criterion.ts';
export type { Executor } from './pass/executor.ts';
export type {
  DecidedPatch,
  Instrument,
  KeptPatch,
  PassFailure,
  PassRunPlace,
  ProposedPatch,
} from './pass/instrument.ts';
export { isPassFactory, loadPlugin, type Plugin } from './pass/load-plugin.ts';
export {
  type Decision,
  definePass,
  type Guarantee,
  type Judge,
  type Logger,
  type Measurement,
  type Pass,
  type PassContext,
  type PassDefinition,
  type PassFactory,
  type Patch,
  type Progress,
  type Proposal,
  type Proposals,
  type Refusal,
  type RunContext,
  type Split,
} from './pass/pass.ts';
export {
  type GroupFactory,
  group,
  isPassGroup,
  type PassGroup,
  PIPELINE_GROUPS,
  repeat,
} from './pass/pass-group.ts';
export { instantiatePipeline, type PassSource, type PipelineStep } from './pass/pipeline.ts';
export {
  type PipelineJson,
  type PipelineJsonStep,
  pipelineFromJson,
  pipelineSchema,
  pipelineToJson,
  readPipelineJson,
} from './pass/pipeline-json.ts';
export type { OptionValue } from './pass/pipeline-option.ts';
export { parsePipeline, printPipeline } from './pass/pipeline-text.ts';
export { type PrintedChange, printChanges } from './pass/print-changes.ts';
export {
  type InstanceStatistics,
  instanceStatistics,
  type PassRecord,
  type PatchRecord,
} from './pass/records.ts';
export { PassRegistry } from './pass/registry.ts';
export {
  type FailureFacts,
  failureFacts,
  isSameFailure,
  type Reproducer,
  type ReproducerFacts,
  readReproducer,
  writeReproducer,
} from './pass/reproducer.ts';
export { type PipelineOptions, runPipeline, VERIFY_WHEN, type VerifyWhen } from './pass/run-pipeline.ts';
export { countModel, type ModelStatistics } from './pass/statistics.ts';
export { type Random, seededRandom } from './random.ts';
export {
  applyRules,
  type FoundMatch,
  findMatches,
  type RewriteOptions,
  type RewriteRecord,
  type RewriteRefusal,
  type RewriteReport,
} from './rewrite/apply-rules.ts';
export {
  type AttributeCondition,
  type AttributeTest,
  absentOr,
  BoundAttribute,
  type ConstantCondition,
  type ConstantOptions,
  type Verdict,
} from './rewrite/conditions.ts';
export {
  type ExplainOptions,
  type Explanation,
  explain,
  missText,
  type NearMiss,
} from './rewrite/explain.ts';
export { Match } from './rewrite/match.ts';
export {
  type NodeOptions as PatternNodeOptions,
  type Pattern,
  type PatternFunction,
  type PatternNode,
  type PatternOperand,
  type PatternOps,
  PatternValue,
  pattern,
} from './rewrite/pattern.ts';
export type { ReplacementOperand, ReplacementOps, ReplacementOptions } from './rewrite/replacement.ts';
export { type RewritePassFields, rewritePass } from './rewrite/rewrite-pass.ts';
export { type RewriteRule, type RewriteRuleFields, rewriteRule } from './rewrite/rule.ts';
export { type GivenInput, inferTypes } from './shapes/infer-types.ts';
export {
  add as addDimensions,
  canonicalDimension,
  evaluateDimension,
  floorDivide as floorDivideDimensions,
  maximum as maximumDimension,
  minimum as minimumDimension,
  multiply as multiplyDimensions,
  subtract as subtractDimensions,
  symbolsOf,
} from './shapes/symbols.ts';
export { type TypeConflict, TypeTable } from './shapes/type-table.ts';
export type { ParseOptions, PrintOptions } from './text/options.ts';
export { parseModel } from './text/parse-model.ts';
export { printGraph, printModel, printNode } from './text/print-model.ts';
export { assertValid, type Problem, type ProblemCode, verify } from './verify.ts';
