/** Why a batch cannot be reduced: plain data, since it travels from the process that noticed. */
export interface TapFault {
  readonly code: 'invalid-data' | 'invalid-option' | 'unsupported-model';
  /** The value at fault. */
  readonly value: string;
  readonly message: string;
  /** Which of the items of the batch is at fault; absent when it is the batch as a whole. */
  readonly item?: number | undefined;
}

/** Carries a fault to where replies are made. */
export class TapError extends Error {
  readonly fault: TapFault;

  constructor(fault: TapFault) {
    super(fault.message);
    this.fault = fault;
  }
}
