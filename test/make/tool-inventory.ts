import { digestOf } from '../../src/domain/digest.ts';
import type { ReportedPackage, SbomToolName, ToolInventory } from '../../src/domain/tool-inventory.ts';
import { readReported } from '../../src/domain/tool-inventory.ts';

/** What a program says it found, in the form that its driver makes of it. */
export function inventoryBy(name: SbomToolName, packages: readonly ReportedPackage[]): ToolInventory {
  const read = readReported(packages);
  if (read.is === 'refused') throw new Error(read.reason);
  return {
    tool: { name, version: '1.2.3', sha256: name === 'syft' ? 'ab'.repeat(32) : 'cd'.repeat(32) },
    subject: { config: digestOf('config'), diffIds: undefined, manifest: undefined },
    ...read.value,
    unread: name === 'trivy' ? ['Java archives'] : [],
  };
}
