import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';

export interface TrivyStandIn {
  /** The folder to be put first on the path. */
  readonly folder: string;
  /** What the next scans say. */
  says(scan: {
    readonly vulnerabilities?: readonly Readonly<Record<string, unknown>>[];
    /** Hours. */
    readonly databaseAge?: number;
    /** Reports on this image instead of the one it got. */
    readonly about?: string;
    readonly exitCode?: number;
    readonly report?: string;
  }): Promise<void>;
}

/**
 * A program `trivy` that answers in the form of trivy 0.74 and opens the layout it gets, for decisions and refusals; the
 * real one runs in test/real. It fails where it can see a secret.
 */
export async function makeTrivyStandIn(scope: Scope): Promise<TrivyStandIn> {
  const folder = await makeFolder(scope);
  const file = join(folder, 'trivy');
  const answers = join(folder, 'answers.json');
  await writeFile(file, program(answers));
  await chmod(file, 0o755);
  const says: TrivyStandIn['says'] = (scan) => writeFile(answers, JSON.stringify(scan));
  await says({});
  return { folder, says };
}

function program(answers: string): string {
  return `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const argv = process.argv.slice(2);
const says = JSON.parse(readFileSync(${JSON.stringify(answers)}, 'utf8'));
const after = (name) => argv[argv.indexOf(name) + 1];
if (Object.keys(process.env).some((name) => /KEY|TOKEN|SECRET|PASSWORD/.test(name))) process.exit(99);
if (argv.includes('--help')) console.log('      --disable-telemetry    disable sending anonymous usage data');
else if (argv[0] === 'version') {
  const UpdatedAt = new Date(Date.now() - (says.databaseAge ?? 1) * 3600 * 1000).toISOString();
  console.log(JSON.stringify({ Version: '0.74.0', VulnerabilityDB: { Version: 2, UpdatedAt } }));
} else {
  if (says.exitCode !== undefined) {
    console.error('FATAL Fatal error: run error');
    process.exit(says.exitCode);
  }
  const blob = (digest) => JSON.parse(readFileSync(join(after('--input'), 'blobs/sha256', digest.slice(7)), 'utf8'));
  const [image] = JSON.parse(readFileSync(join(after('--input'), 'index.json'), 'utf8')).manifests;
  const { config } = blob(image.digest);
  const report = {
    SchemaVersion: 2,
    CreatedAt: new Date().toISOString(),
    Metadata: { OS: { Family: 'debian', Name: '12.5' }, ImageID: says.about ?? config.digest, DiffIDs: blob(config.digest).rootfs.diff_ids },
    Results: [{ Target: 'debian', Class: 'os-pkgs', Packages: [{ Name: 'zlib1g' }], Vulnerabilities: says.vulnerabilities ?? [] }],
  };
  writeFileSync(after('--output'), says.report ?? JSON.stringify(report));
}
`;
}
