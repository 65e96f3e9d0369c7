import type { SbomTool, SbomToolOrder } from '../ports/sbom-tool.ts';
import type { ScannerPlace } from './compose-scanner.ts';

/** A program that lists what is in an image. Its code is loaded when it is asked. */
export function openSbomTool(place: Omit<ScannerPlace, 'git'>, order: SbomToolOrder): SbomTool {
  return { name: order.tool, listPackages: async (target) => (await load(place, order)).listPackages(target) };
}

async function load(place: Omit<ScannerPlace, 'git'>, { tool, sha256 }: SbomToolOrder): Promise<SbomTool> {
  switch (tool) {
    case 'syft': {
      const { syft } = await import('../adapters/syft/syft.ts');
      return syft({ ...place, sha256 });
    }
    case 'trivy': {
      const { trivySbom } = await import('../adapters/trivy/trivy-sbom.ts');
      return trivySbom({ ...place, sha256 });
    }
  }
}
