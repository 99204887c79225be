/** One part of the benchmark. */
export interface Suite {
  /** What `--suite` selects. */
  name: string;
  /** Runs only when it is named. */
  isOnDemand?: true;
  run(context: SuiteContext): Promise<SuiteResult>;
}

/** What a suite gets. */
export interface SuiteContext {
  /** Smaller and fewer cases: the whole benchmark within two minutes. */
  isQuick: boolean;
  /** Cases to their very end, that take longer than all the others together. */
  isFull: boolean;
  /** Tells a person how far it is, on stderr. */
  progress(text: string): void;
}

/** What a suite found. */
export interface SuiteResult {
  tables: Table[];
  /** The same and more, for a script: plain JSON. */
  data: unknown;
}

/** Figures side by side. */
export interface Table {
  title: string;
  columns: string[];
  /** One cell for each column, rounded and with its unit where the column's head has none. */
  rows: string[][];
  /** What a reader must know to read it. */
  notes?: string[];
}
