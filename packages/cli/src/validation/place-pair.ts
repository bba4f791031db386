import { hostTensor } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import { formatList } from '@sentei/report';
import {
  type ExecutionProvider,
  measurePlacement,
  type Placement,
  type Signature,
  synthesizeInputs,
  type ValidationRecord,
} from '@sentei/runtime';

/** Two models that were compared, and how. */
export interface PlacedPair {
  readonly original: string;
  readonly candidate: string;
  readonly inputs: Signature['inputs'];
  readonly gates: ValidationRecord['validation']['gates'];
  readonly provider: ExecutionProvider;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

const LENGTH = 128;

/**
 * Finds out where the nodes of both models run, so that no figure is called one of CUDA that is not. There is nothing to find
 * out on the CPU provider.
 *
 * @throws SenteiError as `measurePlacement`
 */
export async function placePair({
  original,
  candidate,
  inputs,
  gates,
  provider,
  threads,
  signal,
}: PlacedPair): Promise<Pick<ValidationRecord, 'placement' | 'warnings'>> {
  if (provider === 'cpu') return { placement: null, warnings: [] };
  const settings = { executionProvider: provider, threads, signal };
  const flags = Object.entries(gates).map(
    ([name, skip]) => [name, hostTensor('bool', [skip.length], Uint8Array.from(skip, Number))] as const,
  );
  try {
    const feeds = synthesizeInputs(inputs, { length: LENGTH });
    const placement = {
      original: await measurePlacement(original, { ...settings, feeds }),
      candidate: await measurePlacement(candidate, {
        ...settings,
        feeds: { ...feeds, ...Object.fromEntries(flags) },
      }),
    };
    const warnings = Object.entries(placement).flatMap(([name, placed]) => describe(name, provider, placed));
    return { placement, warnings };
  } catch (error) {
    if (!(error instanceof SenteiError) || error.code !== 'unsupported-model') throw error;
    return { placement: null, warnings: [`where nodes ran on ${provider} is not known: ${error.message}`] };
  }
}

/** Says which nodes of a model ran elsewhere. */
export function describe(name: string, provider: ExecutionProvider, placement: Placement): string[] {
  if (placement.isComplete) return [];
  const nodes = placement.exceptions.map(({ opType, name: node }) => `${opType} ${node}`.trim());
  return [`of the ${name} ${nodes.length} nodes did not run on ${provider}: ${formatList(nodes)}`];
}
