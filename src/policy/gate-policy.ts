/** What a gate or a requirement may guard. `edge` is a build of the default branch. */
export type GateClass = 'rc' | 'stable' | 'hotfix' | 'edge';

export interface GatePolicy {
  readonly name: string;
  /** `source`: in the exported tree before the build. `candidate`: with the candidate's digest, before anything is published. */
  readonly on: 'source' | 'candidate';
  /** argv; `{image}` is the candidate by digest. No shell. */
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
  readonly classes: readonly GateClass[];
  /** Variables of Cutwater's own environment that the command gets; all others it does not. */
  readonly env: readonly string[];
  /** A file the command must write, and what it must say. */
  readonly report: GateReportPolicy | undefined;
  /** Path patterns: required only where one of them changed since the previous stable version. Empty: always. */
  readonly whenChanged: readonly string[];
}

export type GateReportPolicy =
  | {
      readonly format: 'keyvalue';
      /** Path in the tree the command runs in. */
      readonly path: string;
      /** What each key must be, exactly. At least one. */
      readonly expect: Readonly<Record<string, string>>;
    }
  | {
      readonly format: 'yaml';
      readonly path: string;
      /** The entries that must be PASS; empty: every entry of the file. */
      readonly gates: readonly string[];
    };

/** A result that a person signs: staging, integration tests, a migration, a restore drill. */
export interface EvidencePolicy {
  readonly name: string;
  /** Classes of releases that do not go on without it. */
  readonly requiredFor: readonly Exclude<GateClass, 'edge'>[];
  /** As for gates. */
  readonly whenChanged: readonly string[];
  /** Seconds after which it no longer counts; undefined: never. */
  readonly maxAgeSeconds: number | undefined;
}
