import type { SbomTool } from '../../ports/sbom-tool.ts';
import { sbomTool } from '../image-tool/sbom-tool.ts';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { flagsIn } from '../process/tool-flags.ts';
import { trivyFolder } from './trivy-folder.ts';
import { readTrivyPackages } from './trivy-packages.ts';

/**
 * Trivy (tested with 0.74) as a program that lists packages. It looks for no vulnerabilities and so needs no database, but
 * for the one by which it knows Java archives: that is used where TRIVY_CACHE_DIR has it, and never fetched.
 */
export function trivySbom(options: ImageToolOptions): SbomTool {
  return sbomTool(options, {
    name: 'trivy',
    variables: (home) => trivyFolder(options, home),
    words: async (tool) => {
      const flags = flagsIn(await tool.run(['image', '--help']));
      const offline = ['--offline-scan', '--skip-db-update', '--skip-java-db-update'];
      const quiet = ['--disable-telemetry', '--skip-version-check'].filter((flag) => flags.has(flag));
      // Its own limit is five minutes. Some scanner must be named; this one reads no more than the packages.
      const scope = ['--scanners', 'license', '--pkg-types', 'os,library', '--list-all-pkgs'];
      const limit = ['--timeout', `${tool.timeoutSeconds}s`];
      return ['image', '--input', '.', '--format', 'json', '--quiet', ...scope, ...offline, ...limit, ...quiet];
    },
    read: readTrivyPackages,
  });
}
