import type { Digest } from './digest.ts';

/** From the mildest up. `unknown`: the scanner gives none, so it may be anything. */
export const severities = ['unknown', 'negligible', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export interface ScanFinding {
  /** `CVE-2026-1234`, `GHSA-...`, `RUSTSEC-...`, `DSA-...`. */
  readonly id: string;
  /** Other names of the same vulnerability. */
  readonly aliases: readonly string[];
  /** Name and version of the package as the scanner says them. */
  readonly package: string;
  readonly version: string;
  /** Package URL, where the scanner gives one. */
  readonly purl: string | undefined;
  /** Path in the image, where the scanner gives one. */
  readonly location: string | undefined;
  /** Versions that mend it; empty where there is none. */
  readonly fixedIn: readonly string[];
  readonly severity: Severity;
  /** Who rates it: `nvd`, `debian`, `ghsa`. */
  readonly severitySource: string | undefined;
}

/** How old the scanner's knowledge is. */
export type ScanDatabase =
  | { readonly is: 'dated'; /** Unix seconds. */ readonly updatedAt: number; readonly version: string | undefined }
  /** A service is asked; it knows what is known now. */
  | { readonly is: 'live'; readonly service: string }
  | { readonly is: 'unknown' };

export interface ScannedSystem {
  readonly name: string;
  /** Empty where the name says it too. */
  readonly version: string;
  /** Whether it gets no security updates any more; undefined where the scanner does not say. */
  readonly endOfLife: boolean | undefined;
}

/** What a scanner found in the image of one platform, the same for every scanner. */
export interface ScanReport {
  readonly scanner: { readonly name: string; readonly version: string };
  readonly database: ScanDatabase;
  /** What the scanner says it has looked at. */
  readonly subject: { readonly config: Digest | undefined; readonly diffIds: readonly Digest[] | undefined };
  /** The operating system in the image; undefined where the scanner saw none. */
  readonly system: ScannedSystem | undefined;
  /** How many packages were looked at; undefined where the scanner does not say. */
  readonly packages: number | undefined;
  /** How many of them are of the operating system (deb, apk, rpm); undefined where the scanner does not say. */
  readonly systemPackages: number | undefined;
  readonly findings: readonly ScanFinding[];
  /** Whether the scanner tells everything it finds: `untold` where nobody knows what it was told to leave out. */
  readonly filters: 'none' | 'untold';
  /** A file made earlier was read, no scanner ran. */
  readonly replayed: boolean;
  /** When the scan ran, in Unix seconds of the machine it ran on; told, never judged by. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** SHA-256 of the scanner's own report. */
  readonly raw: Digest;
}

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}
