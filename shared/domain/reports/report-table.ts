/**
 * What a cell is: `money` is an integer of the minor unit, `percent` a share of one, `duration` seconds, `time` local time
 * (`YYYY-MM-DD HH:MM:SS`). Null is an empty cell.
 */
export type CellKind = 'text' | 'count' | 'money' | 'percent' | 'duration' | 'time';
export type Cell = string | number | null;

export interface Column {
  title: string;
  kind: CellKind;
  /** Characters. */
  width: number;
}

/** A table of a report: the same in every format that it is written in. */
export interface ReportTable {
  title: string;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** The last line; null: it has none. */
  total: readonly Cell[] | null;
  /** Where its figures come from, for people. */
  source: string;
  /** What is said when there is no row. */
  empty: string;
}
