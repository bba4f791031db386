import type { Rule, RuleFamily } from './rule.ts';
import { attentionRules, previewRules } from './rules/attention.ts';
import { controlFlowRules } from './rules/control-flow.ts';
import { convolutionRules } from './rules/convolution.ts';
import { einsumRules } from './rules/einsum.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { gatherRules } from './rules/gather.ts';
import { generateRules } from './rules/generate.ts';
import { imageRules } from './rules/image.ts';
import { joinRules } from './rules/join.ts';
import { lossRules } from './rules/loss.ts';
import { machineLearningRules } from './rules/machine-learning.ts';
import { matrixRules } from './rules/matrix.ts';
import { microsoftRules } from './rules/microsoft.ts';
import { microsoftAttentionRules } from './rules/microsoft-attention.ts';
import { microsoftQuantizeRules } from './rules/microsoft-quantize.ts';
import { normalizeRules } from './rules/normalize.ts';
import { optionalRules } from './rules/optional.ts';
import { poolRules } from './rules/pool.ts';
import { quantizeRules } from './rules/quantize.ts';
import { randomRules } from './rules/random.ts';
import { recurrentRules } from './rules/recurrent.ts';
import { reduceRules } from './rules/reduce.ts';
import { reshapeRules } from './rules/reshape.ts';
import { resizeRules } from './rules/resize.ts';
import { selectRules } from './rules/select.ts';
import { sequenceRules } from './rules/sequence.ts';
import { signalRules } from './rules/signal.ts';
import { sliceRules } from './rules/slice.ts';
import { textRules } from './rules/text.ts';
import { trainingRules } from './rules/training.ts';

const FAMILIES: readonly { readonly domain: string; readonly rules: RuleFamily }[] = [
  { domain: '', rules: elementwiseRules },
  { domain: '', rules: matrixRules },
  { domain: '', rules: einsumRules },
  { domain: '', rules: convolutionRules },
  { domain: '', rules: poolRules },
  { domain: '', rules: normalizeRules },
  { domain: '', rules: reduceRules },
  { domain: '', rules: reshapeRules },
  { domain: '', rules: joinRules },
  { domain: '', rules: sliceRules },
  { domain: '', rules: gatherRules },
  { domain: '', rules: generateRules },
  { domain: '', rules: resizeRules },
  { domain: '', rules: attentionRules },
  { domain: '', rules: quantizeRules },
  { domain: '', rules: controlFlowRules },
  { domain: '', rules: imageRules },
  { domain: '', rules: lossRules },
  { domain: 'ai.onnx.ml', rules: machineLearningRules },
  { domain: '', rules: optionalRules },
  { domain: '', rules: randomRules },
  { domain: '', rules: recurrentRules },
  { domain: '', rules: selectRules },
  { domain: '', rules: sequenceRules },
  { domain: '', rules: signalRules },
  { domain: '', rules: textRules },
  { domain: 'ai.onnx.preview.training', rules: trainingRules },
  { domain: 'ai.onnx.preview', rules: previewRules },
  { domain: 'com.microsoft', rules: microsoftRules },
  { domain: 'com.microsoft', rules: microsoftAttentionRules },
  { domain: 'com.microsoft', rules: microsoftQuantizeRules },
];

const RULES: ReadonlyMap<string, ReadonlyMap<string, Rule>> = byDomain();

/** The rule of an operator; `''` is the standard domain. */
export function findRule(domain: string, opType: string): Rule | undefined {
  return RULES.get(domain)?.get(opType);
}

/** Every operator that has a rule. */
export function listOperators(): { readonly domain: string; readonly opType: string }[] {
  return [...RULES].flatMap(([domain, rules]) => [...rules.keys()].map((opType) => ({ domain, opType })));
}

function byDomain(): Map<string, Map<string, Rule>> {
  const domains = new Map<string, Map<string, Rule>>();
  for (const { domain, rules } of FAMILIES) {
    const known = domains.get(domain) ?? new Map<string, Rule>();
    domains.set(domain, known);
    for (const [opType, rule] of Object.entries(rules)) {
      if (known.has(opType)) throw new Error(`two rules for ${opType} of domain '${domain}'`);
      known.set(opType, rule);
    }
  }
  return domains;
}
