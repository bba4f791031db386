import type { AttentionCore } from '@sentei/anatomy';

/** Whether attention is the form for short inputs beside a fused one, in the other branch of the same choice. */
export function isLowered({ softmax }: AttentionCore): boolean {
  const choice = softmax.graph?.owner;
  if (!choice?.is('If')) return false;
  return [...choice.subgraphs()].some((branch) =>
    [...branch.allNodes()].some(
      ({ opType, domain }) => opType === 'GroupQueryAttention' && domain === 'com.microsoft',
    ),
  );
}
