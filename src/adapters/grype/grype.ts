import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { Scanner } from '../../ports/scanner.ts';
import { writeLayout } from '../oci-layout/write-layout.ts';
import { passedEnvironment } from '../process/passed-environment.ts';
import { requireProgram } from '../process/pinned-program.ts';
import { runTool } from '../process/run-tool.ts';
import { scanBroken } from '../process/scan-broken.ts';
import type { ScannerOptions } from '../process/scanner-place.ts';
import { databaseFolder, networkVariables } from '../process/scanner-place.ts';
import { readGrypeReport } from './grype-report.ts';

/**
 * Grype (tested with 0.121). It gets the image as files, a home of its own and no secret of any kind. It lists everything
 * it sees, headers of kernels too; what stops a release, and how old its database may be, is decided elsewhere. The database
 * is where GRYPE_DB_CACHE_DIR says, and is brought up to date by grype itself unless GRYPE_DB_AUTO_UPDATE is `false`.
 */
export function grype(options: ScannerOptions): Scanner {
  return {
    name: 'grype',
    async scan({ repository, manifest }) {
      const program = await requireProgram('grype', options);
      const home = await options.newFolder('grype-home');
      const layout = await options.newFolder('scan');
      await writeLayout(repository, manifest, layout);
      const env = {
        ...passedEnvironment(options.environment, passedVariables),
        HOME: home,
        TMPDIR: home,
        GRYPE_DB_CACHE_DIR: databaseFolder(options.environment, {
          variable: 'GRYPE_DB_CACHE_DIR',
          below: join('grype', 'db'),
          otherwise: join(home, 'cache'),
        }),
        GRYPE_DB_VALIDATE_AGE: 'false',
        GRYPE_CHECK_FOR_APP_UPDATE: 'false',
        GRYPE_MATCH_UPSTREAM_KERNEL_HEADERS: 'true',
      };
      const { signal, timeoutSeconds = 1800 } = options;
      const [json, cyclonedx] = [join(home, 'report.json'), join(home, 'report.cdx.json')];
      const args = [`oci-dir:${layout}`, '--output', `json=${json}`, '--output', `cyclonedx-json=${cyclonedx}`];
      const startedAt = seconds();
      // Without a severity to fail on its exit code says only whether it worked.
      const result = await runTool({ command: program, args, env, signal, timeoutSeconds, ownGroup: true, cwd: home });
      if (result.exitCode !== 0) throw scanBroken('grype', result);
      const files = { json: await readIfThere(json), cyclonedx: await readIfThere(cyclonedx) };
      const report = readGrypeReport(files, { startedAt, finishedAt: seconds() });
      if (report.is === 'ok') return report.value;
      throw new CutwaterError('SCAN_BROKEN', `Cannot use the scan of ${manifest.digest}: the report ${report.reason}`);
    },
  };
}

function readIfThere(file: string): Promise<Uint8Array> {
  return readFile(file).catch(() => new Uint8Array());
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

const passedVariables: readonly string[] = [
  'GRYPE_DB_AUTO_UPDATE',
  'GRYPE_DB_UPDATE_URL',
  'GRYPE_DB_CA_CERT',
  ...networkVariables,
];
