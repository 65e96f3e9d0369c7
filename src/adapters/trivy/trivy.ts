import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { CutwaterError } from '../../domain/error.ts';
import type { ScanDatabase } from '../../domain/scan-report.ts';
import type { Scanner } from '../../ports/scanner.ts';
import { writeLayout } from '../oci-layout/write-layout.ts';
import { requireProgram } from '../process/pinned-program.ts';
import { passedEnvironment } from '../process/passed-environment.ts';
import type { ToolResult } from '../process/run-tool.ts';
import { runTool } from '../process/run-tool.ts';
import { flagsIn } from '../process/tool-flags.ts';
import { scanBroken } from '../process/scan-broken.ts';
import type { ScannerOptions } from '../process/scanner-place.ts';
import { databaseFolder, networkVariables } from '../process/scanner-place.ts';
import { readTrivyReport } from './trivy-report.ts';

/**
 * Trivy (tested with 0.74). It gets the image as files, a home of its own and no secret of any kind: a scanner that was
 * tampered with must find nothing to steal. It lists everything it sees; what stops a release is decided elsewhere. Its
 * database is where TRIVY_CACHE_DIR says, and is brought up to date by trivy itself unless TRIVY_SKIP_DB_UPDATE is set.
 */
export function trivy(options: ScannerOptions): Scanner {
  return {
    name: 'trivy',
    async scan({ repository, manifest }) {
      const program = await requireProgram('trivy', options);
      const home = await options.newFolder('trivy-home');
      const layout = await options.newFolder('scan');
      await writeLayout(repository, manifest, layout);
      const env = {
        ...passedEnvironment(options.environment, passedVariables),
        HOME: home,
        TMPDIR: home,
        TRIVY_CACHE_DIR: databaseFolder(options.environment, {
          variable: 'TRIVY_CACHE_DIR',
          below: 'trivy',
          otherwise: join(home, 'cache'),
        }),
      };
      const { signal, timeoutSeconds = 1800 } = options;
      const run = (args: readonly string[], cwd = home): Promise<ToolResult> =>
        runTool({ command: program, args, env, signal, timeoutSeconds, ownGroup: true, cwd });
      const file = join(home, 'report.json');
      const flags = flagsIn(await run(['image', '--help']));
      const startedAt = seconds();
      const result = await run(['image', ...trivyArguments({ file, flags, timeoutSeconds })], layout);
      if (result.exitCode !== 0) throw scanBroken('trivy', result);
      const bytes = await readFile(file).catch(() => new Uint8Array());
      const { version, database } = readVersion(await run(['version', '--format', 'json']));
      const report = readTrivyReport(bytes, { kind: 'run', version, database, startedAt, finishedAt: seconds() });
      if (report.is === 'ok') return report.value;
      throw new CutwaterError('SCAN_BROKEN', `Cannot use the scan of ${manifest.digest}: the report ${report.reason}`);
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
  const parsed = versionSchema.safeParse(parseJson(stdout));
  if (!parsed.success) return { version: undefined, database: { is: 'unknown' } };
  const { Version, VulnerabilityDB } = parsed.data;
  const time = Date.parse(VulnerabilityDB?.UpdatedAt ?? '');
  if (VulnerabilityDB === undefined || Number.isNaN(time)) return { version: Version, database: { is: 'unknown' } };
  const database = { is: 'dated', updatedAt: Math.floor(time / 1000), version: `${VulnerabilityDB.Version}` } as const;
  return { version: Version, database };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
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
