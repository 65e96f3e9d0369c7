import { join } from 'node:path';
import type { SbomTool } from '../../ports/sbom-tool.ts';
import { sbomTool } from '../image-tool/sbom-tool.ts';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { flagsIn } from '../process/tool-flags.ts';
import { readTrivyPackages } from './trivy-packages.ts';

/**
 * Trivy (tested with 0.74) as a program that lists packages. It looks for no vulnerabilities and so needs no database; with
 * neither, it passes over Java archives (pkg/commands/artifact/run.go, "Parsing jar files requires Java-db client"). It
 * keeps what it read of a layer, so its cache is as new as its home: what it says is about this image and not remembered.
 */
export function trivySbom(options: ImageToolOptions): SbomTool {
  return sbomTool(options, {
    name: 'trivy',
    variables: (home) => ({ TRIVY_CACHE_DIR: join(home, 'cache') }),
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
    unread: ['Java archives'],
  });
}
