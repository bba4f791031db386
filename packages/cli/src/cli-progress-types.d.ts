/** What is used of cli-progress, which comes without types. */
declare module 'cli-progress' {
  export interface Options {
    readonly format?: (options: Options, params: Params) => string;
    readonly stream?: NodeJS.WritableStream;
    readonly clearOnComplete?: boolean;
    readonly hideCursor?: boolean;
    readonly gracefulExit?: boolean;
    readonly linewrap?: boolean | null;
  }

  export interface Params {
    /** Columns of the terminal. */
    readonly maxWidth: number;
  }

  export class SingleBar {
    constructor(options: Options, preset?: unknown);
    start(total: number, value: number): void;
    update(value: number): void;
    stop(): void;
  }

  export const Presets: Readonly<Record<'shades_classic' | 'rect', unknown>>;

  const progress: { readonly SingleBar: typeof SingleBar; readonly Presets: typeof Presets };
  export default progress;
}
