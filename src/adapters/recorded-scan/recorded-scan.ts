import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { fillPlaceholders } from '../../policy/placeholder.ts';
import type { Scanner } from '../../ports/scanner.ts';
import { readTrivyReport } from '../trivy/trivy-report.ts';

/** A report of trivy that was made before and lies in the source tree. What it decides says that no scanner ran. */
export function recordedScan(options: {
  /** Path in the source tree with {arch}, {machine} and {os}. */
  readonly path: string;
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
}): Scanner {
  return {
    name: 'recorded',
    async scan({ platform }) {
      const path = fillPlaceholders(options.path, platform);
      const bytes = await options.read(path);
      if (bytes === undefined)
        throw new CutwaterError('SCAN_BROKEN', `Cannot read the recorded scan: the commit has no ${quote(path)}`);
      const report = readTrivyReport(bytes, { kind: 'replay' });
      if (report.is === 'ok') return report.value;
      throw new CutwaterError('SCAN_BROKEN', `Cannot read the recorded scan: ${quote(path)} ${report.reason}`);
    },
  };
}
