import type { DataType } from '../graph/data-type.ts';
import type { Tensor } from '../graph/tensor.ts';

/** How a model is printed. */
export interface PrintOptions {
  /** Tensors of up to this many elements are printed with their numbers. */
  readonly inlineElements?: number;
  /** Larger tensors of up to this many bytes are printed with a digest of them; 0 leaves weights unread. */
  readonly digestBytes?: number;
  /** Whether metadata and doc strings are printed, which exporters fill with traces longer than the graph. */
  readonly metadata?: boolean;
}

export const PRINT_DEFAULTS: Required<PrintOptions> = {
  inlineElements: 16,
  digestBytes: 2 ** 20,
  metadata: true,
};

/** How a text is read. */
export interface ParseOptions {
  /** Folder that external data is relative to. Without it external tensors are as elided ones. */
  readonly folder?: string;
  /**
   * Weights for a tensor whose numbers the text leaves out. `name` is that of the initializer; for a tensor that is an
   * attribute it is the first output of its node, a dot and the name of the attribute.
   */
  readonly weights?: (name: string, dataType: DataType, dims: readonly number[]) => Tensor | undefined;
}
