import type { PackageHash, PackageScope } from './locked-package.ts';

/** One thing an image is made of, or that its build commit names. */
export interface SbomComponent {
  readonly ref: string;
  readonly type: 'library' | 'file' | 'operating-system';
  readonly name: string;
  readonly version: string | undefined;
  readonly purl: string | undefined;
  readonly hashes: readonly PackageHash[];
  readonly source: string | undefined;
  readonly scope: PackageScope;
  readonly licence?: string;
  /** Refs of other components. */
  readonly dependsOn: readonly string[];
  /** Where Cutwater saw it, sorted: absolute paths in the image, or relative ones of the build commit. */
  readonly occurrences: readonly string[];
  /** Which other programs saw it; undefined where none did. */
  readonly sightings?: readonly ToolSighting[];
}

/** That a program other than Cutwater saw a component. */
export interface ToolSighting {
  readonly tool: string;
  /** What it calls it, as it wrote it, sorted: purls, or names and versions where it wrote none. */
  readonly values: readonly { readonly field: 'purl' | 'name' | 'version'; readonly value: string }[];
  /** Sorted; `/` stands for a place that it does not tell. */
  readonly places: readonly string[];
}
