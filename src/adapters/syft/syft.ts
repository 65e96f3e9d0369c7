import type { SbomTool } from '../../ports/sbom-tool.ts';
import { sbomTool } from '../image-tool/sbom-tool.ts';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { readSyftReport } from './syft-report.ts';

/** Syft (tested with 1.57) as a program that lists packages: what the last layer leaves visible, as a container sees it. */
export function syft(options: ImageToolOptions): SbomTool {
  return sbomTool(options, {
    name: 'syft',
    variables: () => ({ SYFT_CHECK_FOR_APP_UPDATE: 'false' }),
    words: () => ['scan', 'oci-dir:.', '--quiet', '--scope', 'squashed', '--output', 'syft-json'],
    read: readSyftReport,
    unread: [],
  });
}
