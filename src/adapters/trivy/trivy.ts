import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ScanDatabase } from '../../domain/scan-report.ts';
import type { Scanner } from '../../ports/scanner.ts';
import { brokenScanner, openImageTool, parseReport, readReportFile, secondsNow } from '../image-tool/image-tool.ts';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { databaseFolder, networkVariables } from '../image-tool/tool-place.ts';
import type { ToolResult } from '../process/run-tool.ts';
import { flagsIn } from '../process/tool-flags.ts';
import { readTrivyReport } from './trivy-report.ts';

/**
 * Trivy (tested with 0.74) as a scanner. It lists everything it sees; what stops a release is decided elsewhere. Its
 * database is where TRIVY_CACHE_DIR says, and is brought up to date by trivy itself unless TRIVY_SKIP_DB_UPDATE is set.
 */
export function trivy(options: ImageToolOptions): Scanner {
  const broken = brokenScanner('trivy');
  return {
    name: 'trivy',
    async scan(target) {
      const tool = await openImageTool({ ...options, name: 'trivy' }, target, {
        passed: passedVariables,
        own: (home) => {
          const place = { variable: 'TRIVY_CACHE_DIR', below: 'trivy', otherwise: join(home, 'cache') };
          return { TRIVY_CACHE_DIR: databaseFolder(options.environment, place) };
        },
      });
      const file = join(tool.home, 'report.json');
      const flags = flagsIn(await tool.run(['image', '--help']));
      const startedAt = secondsNow();
      const args = trivyArguments({ file, flags, timeoutSeconds: tool.timeoutSeconds });
      const result = await tool.run(['image', ...args], { cwd: tool.layout });
      if (result.exitCode !== 0) throw broken.ended(result);
      const bytes = await readReportFile(file, broken);
      const { version, database } = readVersion(await tool.run(['version', '--format', 'json']));
      const facts = { kind: 'run', version, database, startedAt, finishedAt: secondsNow() } as const;
      return broken.report(readTrivyReport(bytes, facts), target);
    },
  };
}

interface ScanFiles {
  readonly file: string;
  readonly flags: ReadonlySet<string>;
  readonly timeoutSeconds: number;
}

/** The words after `trivy image`, in the folder of the layout: a ":" or "@" in its path would be taken for a tag or digest. */
export function trivyArguments({ file, flags, timeoutSeconds }: ScanFiles): readonly string[] {
  // Exit code 1 means a failure of trivy itself; findings must not be told apart from it by a code.
  const fixed = ['--input', '.', '--format', 'json', '--output', file, '--exit-code', '0'];
  const scope = ['--scanners', 'vuln', '--pkg-types', 'os,library', '--list-all-pkgs', '--no-progress'];
  // Its own limit is five minutes, and ends it with the same code as a failure.
  const limit = ['--timeout', `${timeoutSeconds}s`];
  const quiet = ['--disable-telemetry', '--skip-version-check'].filter((flag) => flags.has(flag));
  return [...fixed, ...scope, ...limit, ...quiet];
}

const versionSchema = z.object({
  Version: z.string(),
  VulnerabilityDB: z.optional(z.object({ Version: z.number(), UpdatedAt: z.string() })),
});

function readVersion({ stdout }: ToolResult): {
  readonly version: string | undefined;
  readonly database: ScanDatabase;
} {
  const parsed = versionSchema.safeParse(parseReport(stdout));
  if (!parsed.success) return { version: undefined, database: { is: 'unknown' } };
  const { Version, VulnerabilityDB } = parsed.data;
  const time = Date.parse(VulnerabilityDB?.UpdatedAt ?? '');
  if (VulnerabilityDB === undefined || Number.isNaN(time)) return { version: Version, database: { is: 'unknown' } };
  const database = { is: 'dated', updatedAt: Math.floor(time / 1000), version: `${VulnerabilityDB.Version}` } as const;
  return { version: Version, database };
}

/** Where trivy finds its database; its variables for tokens and passwords are not among them. */
const passedVariables: readonly string[] = [
  'TRIVY_SKIP_DB_UPDATE',
  'TRIVY_SKIP_JAVA_DB_UPDATE',
  'TRIVY_OFFLINE_SCAN',
  'TRIVY_DB_REPOSITORY',
  'TRIVY_JAVA_DB_REPOSITORY',
  'TRIVY_VULN_SEVERITY_SOURCE',
  ...networkVariables,
];
