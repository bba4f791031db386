/** The rows of one value in one batch that count, as numbers. */
export interface RowBlock {
  readonly rows: number;
  readonly features: number;
  /** Row-major, [rows, features]; finite. */
  readonly elements: Float64Array;
}

/** Where rows are from: the same for every value whose rows stand for the same things. */
export interface RowOrigins {
  /** Number of the example of each row in the data. */
  readonly examples: Float64Array;
  /** Which of its sets of inputs. */
  readonly parts: Float64Array;
  /** Which row of that. */
  readonly positions: Float64Array;
}
