import type { ObjectId } from '../domain/object-id.ts';
import type { ScanPolicy } from '../policy/scan-schema.ts';
import type { Git } from '../ports/git.ts';
import type { ScanTarget, Scanner } from '../ports/scanner.ts';

export interface ScannerPlace {
  readonly git: Git;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly newFolder: (name: string) => Promise<string>;
  readonly signal: AbortSignal;
}

/** The scanner a policy asks for. Its code is loaded when something is scanned. */
export function openScanner(place: ScannerPlace, policy: ScanPolicy, commit: ObjectId): Scanner {
  return {
    name: policy.tool,
    scan: async (target: ScanTarget) => (await load(place, policy, commit)).scan(target),
  };
}

async function load(place: ScannerPlace, policy: ScanPolicy, commit: ObjectId): Promise<Scanner> {
  switch (policy.tool) {
    case 'trivy': {
      const { trivy } = await import('../adapters/trivy/trivy.ts');
      return trivy({ ...place, sha256: policy.sha256 });
    }
    case 'grype': {
      const { grype } = await import('../adapters/grype/grype.ts');
      return grype({ ...place, sha256: policy.sha256 });
    }
    case 'osv-scanner': {
      const { osvScanner } = await import('../adapters/osv-scanner/osv-scanner.ts');
      return osvScanner({ ...place, sha256: policy.sha256 });
    }
    case 'recorded': {
      const { recordedScan } = await import('../adapters/recorded-scan/recorded-scan.ts');
      return recordedScan({ path: policy.report ?? '', read: (path) => place.git.readFile(commit, path) });
    }
  }
}
