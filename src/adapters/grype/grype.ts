import { join } from 'node:path';
import type { Scanner } from '../../ports/scanner.ts';
import { brokenScanner, openImageTool, readReportFile, secondsNow } from '../image-tool/image-tool.ts';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { databaseFolder, networkVariables } from '../image-tool/tool-place.ts';
import { readGrypeReport } from './grype-report.ts';

/**
 * Grype (tested with 0.121) as a scanner. It lists everything it sees, headers of kernels too; what stops a release, and how
 * old its database may be, is decided elsewhere. The database is where GRYPE_DB_CACHE_DIR says, and is brought up to date by
 * grype itself unless GRYPE_DB_AUTO_UPDATE is `false`.
 */
export function grype(options: ImageToolOptions): Scanner {
  const broken = brokenScanner('grype');
  return {
    name: 'grype',
    async scan(target) {
      const tool = await openImageTool({ ...options, name: 'grype' }, target, {
        passed: passedVariables,
        own: (home) => ownVariables(options, home),
      });
      const [json, cyclonedx] = [join(tool.home, 'report.json'), join(tool.home, 'report.cdx.json')];
      const startedAt = secondsNow();
      // Without a severity to fail on its exit code says only whether it worked.
      const outputs = ['--output', `json=${json}`, '--output', `cyclonedx-json=${cyclonedx}`];
      const result = await tool.run([`oci-dir:${tool.layout}`, ...outputs]);
      if (result.exitCode !== 0) throw broken.ended(result);
      const files = { json: await readReportFile(json, broken), cyclonedx: await readReportFile(cyclonedx, broken) };
      return broken.report(readGrypeReport(files, { startedAt, finishedAt: secondsNow() }), target);
    },
  };
}

function ownVariables({ environment }: ImageToolOptions, home: string): Readonly<Record<string, string>> {
  const otherwise = join(home, 'cache');
  const variable = 'GRYPE_DB_CACHE_DIR';
  return {
    GRYPE_DB_CACHE_DIR: databaseFolder(environment, { variable, below: join('grype', 'db'), otherwise }),
    GRYPE_DB_VALIDATE_AGE: 'false',
    GRYPE_CHECK_FOR_APP_UPDATE: 'false',
    GRYPE_MATCH_UPSTREAM_KERNEL_HEADERS: 'true',
  };
}

const passedVariables: readonly string[] = [
  'GRYPE_DB_AUTO_UPDATE',
  'GRYPE_DB_UPDATE_URL',
  'GRYPE_DB_CA_CERT',
  ...networkVariables,
];
