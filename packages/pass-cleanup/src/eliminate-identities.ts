import type { Node } from '@sentei/ir';
import { sameValue } from './identities/same-value.ts';
import { shortcut } from './identities/shortcut.ts';
import { canReplace, replaceValue } from './replace-value.ts';
import { isPlain, plainNodes, type Survey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/** Nodes that provably hand on a value as it is, and pairs that one of the two can stand for. */
export const eliminateIdentitiesRule: Rule = identityRule(
  'eliminate-identities',
  'Removes nodes that hand on a value unchanged and merges layout changes and casts in a row.',
);

/**
 * The part of the rule that is about some operators.
 *
 * @param opTypes operators to look at; all of them when there are none
 */
export function identityRule(id: string, description: string, ...opTypes: readonly string[]): Rule {
  const isWanted = (node: Node) => opTypes.length === 0 || opTypes.includes(node.opType);
  return {
    id,
    description,
    find(survey) {
      const found: Rewrite[] = [];
      for (const node of plainNodes(survey.model)) {
        if (isWanted(node) && match(node, survey) !== undefined)
          found.push({ subject: node, apply: () => rewrite(node, survey) });
      }
      return found;
    },
  };
}

/** Removes identities and returns the number of nodes rewritten. */
export function eliminateIdentities(survey: Survey): number {
  return eliminateIdentitiesRule.find(survey).filter((found) => found.apply()).length;
}

function match(node: Node, survey: Survey): (() => void) | undefined {
  const [output] = node.outputs;
  const inner = node.input(0)?.producer;
  if (output === undefined || node.graph === null) return undefined;
  const same = sameValue(node, survey);
  // A pair is judged by both of its nodes.
  const isPair = same !== undefined && !node.inputs.includes(same);
  if (same !== undefined && (!isPair || !inner || isPlain(inner)) && canReplace(output, same, survey))
    return () => replaceValue(output, same);
  return !inner || isPlain(inner) ? shortcut(node, survey) : undefined;
}

function rewrite(node: Node, survey: Survey): boolean {
  const change = match(node, survey);
  change?.();
  return change !== undefined;
}
