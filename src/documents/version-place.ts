/** Where a version stands: `text.slice(start, end)`. */
export interface VersionPlace {
  readonly start: number;
  readonly end: number;
  /** What it is the version of: `[package]`, `package "server"`. */
  readonly what: string;
}
