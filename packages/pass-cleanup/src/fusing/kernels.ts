import type { DataType } from '@sentei/ir';

/** Where a fused model is to run. */
export const TARGETS = ['cpu', 'cuda'] as const;
/** One of them. */
export type Target = (typeof TARGETS)[number];

/** An operator that a fusion writes, and where ONNX Runtime computes it by one kernel. */
export interface FusedKernel {
  readonly opType: string;
  /** ONNX Runtime files SimplifiedLayerNormalization under the standard domain, although the standard has no such operator. */
  readonly domain: '' | 'com.microsoft';
  /** The version of its domain that the operator came with. */
  readonly since: number;
  /** Element types that a kernel of the provider takes. */
  readonly types: Readonly<Record<Target, readonly DataType[]>>;
}

const CUDA: readonly DataType[] = ['float32', 'float16', 'bfloat16'];
const HALF: readonly DataType[] = ['float32', 'float16'];
const SINGLE: readonly DataType[] = ['float32'];

/**
 * Kernels of ONNX Runtime 1.30, by `docs/OperatorKernels.md` of its repository; what it says of the CPU provider, and of
 * CUDA where there is a device, is checked by running every entry. An operator without a kernel is not an error there: the
 * runtime expands it into the nodes of its definition, with casts around them, or computes it on another provider.
 * The standard Swish has no kernel on either provider. Double precision is left out: epsilon is an attribute of 32 bits.
 */
export const FUSED_KERNELS: readonly FusedKernel[] = [
  { opType: 'LayerNormalization', domain: '', since: 17, types: { cpu: HALF, cuda: CUDA } },
  { opType: 'RMSNormalization', domain: '', since: 23, types: { cpu: HALF, cuda: CUDA } },
  { opType: 'SimplifiedLayerNormalization', domain: '', since: 1, types: { cpu: HALF, cuda: CUDA } },
  {
    opType: 'SkipLayerNormalization',
    domain: 'com.microsoft',
    since: 1,
    types: { cpu: HALF, cuda: CUDA },
  },
  {
    opType: 'SkipSimplifiedLayerNormalization',
    domain: 'com.microsoft',
    since: 1,
    types: { cpu: HALF, cuda: CUDA },
  },
  { opType: 'Gelu', domain: '', since: 20, types: { cpu: SINGLE, cuda: CUDA } },
  { opType: 'Gelu', domain: 'com.microsoft', since: 1, types: { cpu: SINGLE, cuda: CUDA } },
  { opType: 'FastGelu', domain: 'com.microsoft', since: 1, types: { cpu: SINGLE, cuda: CUDA } },
  { opType: 'BiasGelu', domain: 'com.microsoft', since: 1, types: { cpu: SINGLE, cuda: CUDA } },
  { opType: 'QuickGelu', domain: 'com.microsoft', since: 1, types: { cpu: SINGLE, cuda: CUDA } },
];

/** Why the target has no kernel for an operator, as a sentence; `undefined` where it has one. */
export function refuteKernel(
  opType: string,
  domain: FusedKernel['domain'],
  type: DataType | undefined,
  target: Target,
): string | undefined {
  const kernel = FUSED_KERNELS.find((one) => one.opType === opType && one.domain === domain);
  const name = domain === '' ? opType : `${domain}.${opType}`;
  if (kernel === undefined) return `no kernel is known for ${name}`;
  if (type === undefined)
    return `the element type is not known, which decides whether there is a kernel for ${name}`;
  return kernel.types[target].includes(type) ? undefined : `${target} has no kernel for ${name} in ${type}`;
}
