import type { Descriptor } from '../domain/oci.ts';
import type { Platform } from '../domain/platform.ts';
import type { ScanReport } from '../domain/scan-report.ts';
import type { ImageRepository } from './repository.ts';

export interface ScanTarget {
  readonly repository: ImageRepository;
  /** The image of one platform. */
  readonly manifest: Descriptor;
  readonly platform: Platform;
}

/**
 * A program that knows vulnerabilities. It runs without any secret. Throws TOOL_MISSING where it is not installed, and
 * SCAN_BROKEN where it crashes, takes too long, or its report cannot be read: never a clean report.
 */
export interface Scanner {
  /** `trivy`, `grype`, ... */
  readonly name: string;
  scan(target: ScanTarget): Promise<ScanReport>;
}
