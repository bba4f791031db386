export { ACP_DEFAULTS, type AcpOptions, acp } from './acp.ts';
export {
  type DecodedAttention,
  type DecoderFacts,
  type DecoderOptions,
  toDecoder,
} from './decoding/to-decoder.ts';
export type {
  Decay,
  DecayingAttention,
  GateDecay,
  RelativeDecay,
  SlopeDecay,
  Unprunable,
} from './matching/decaying-attention.ts';
export { matchAttention } from './matching/match-attention.ts';
export type { Operand, OperandAxis } from './matching/operand.ts';
export { withRunningSums } from './matching/running-sums.ts';
export { firstKeys, type HeadDecay, type HeadScores, type KeyBudget } from './measuring/first-keys.ts';
export {
  type AttentionWork,
  attentionWork,
  findHoldingHeads,
  type HoldingHead,
  type PredictedGain,
  predictGain,
} from './measuring/predict-gain.ts';
export {
  DEFAULT_GRID,
  type HeadReach,
  type Numbers,
  type ReachAtLength,
  ReachCounter,
  type TileGrid,
} from './measuring/reach-counter.ts';
export { type DecayTap, type TappedDecays, tapDecays } from './measuring/tap-decays.ts';
export {
  countVisitedKeys,
  type KeyRangeTap,
  tapKeyRanges,
  type VisitedKeys,
} from './measuring/tap-key-ranges.ts';
export { largestFall, staticWindows } from './threshold/static-window.ts';
export { LARGEST_SCORE_BOUND, type Threshold, threshold } from './threshold/threshold.ts';
