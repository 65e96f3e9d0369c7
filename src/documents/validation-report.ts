export type ReportFormat = 'keyvalue' | 'yaml';

/** One thing a report says, with the line it stands on, from 1. */
export interface ReportEntry {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** What a validation script wrote. */
export interface ValidationReport {
  /** In the order of the file, each name once. */
  readonly entries: readonly ReportEntry[];
  /** The commits and images it says it is about. */
  readonly commits: readonly ReportEntry[];
  readonly images: readonly ReportEntry[];
  /** The decision a YAML report ends in (`GO`, `NO-GO`), where it has one. */
  readonly decision: ReportEntry | undefined;
}
