import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';

export interface SyftStandIn {
  /** The folder to be put first on the path. */
  readonly folder: string;
  /** What it says from now on. */
  says(list: {
    readonly packages?: readonly Readonly<Record<string, unknown>>[];
    /** Reports on this image instead of the one it got. */
    readonly about?: string;
    readonly exitCode?: number;
    /** So many characters of the report. */
    readonly cutAfter?: number;
  }): Promise<void>;
  /** Makes it another program, which says the same. */
  becomeAnother(): Promise<void>;
}

/**
 * A program `syft` that answers in the form of syft 1.57 and opens the layout it gets, for decisions and refusals; the real
 * one runs in test/real. It fails where it can see a secret.
 */
export async function makeSyftStandIn(scope: Scope): Promise<SyftStandIn> {
  const folder = await makeFolder(scope);
  const file = join(folder, 'syft');
  const answers = join(folder, 'answers.json');
  await writeFile(file, program(answers));
  await chmod(file, 0o755);
  const says: SyftStandIn['says'] = (list) => writeFile(answers, JSON.stringify(list));
  await says({});
  return { folder, says, becomeAnother: () => appendFile(file, '// another\n') };
}

function program(answers: string): string {
  return `#!${process.execPath}
const { readFileSync } = require('node:fs');
const says = JSON.parse(readFileSync(${JSON.stringify(answers)}, 'utf8'));
if (Object.keys(process.env).some((name) => /KEY|TOKEN|SECRET|PASSWORD/.test(name))) process.exit(99);
if (says.exitCode !== undefined) {
  console.error('could not determine source');
  process.exit(says.exitCode);
}
const [image] = JSON.parse(readFileSync('index.json', 'utf8')).manifests;
const blob = (digest) => JSON.parse(readFileSync('blobs/sha256/' + digest.slice(7), 'utf8'));
const { config } = blob(image.digest);
const layers = blob(config.digest).rootfs.diff_ids.map((digest) => ({ digest }));
const report = JSON.stringify({
  artifacts: (says.packages ?? []).map((one) => ({ type: 'x', licenses: [], ...one })),
  source: { type: 'image', metadata: { imageID: says.about ?? config.digest, manifestDigest: image.digest, layers } },
  descriptor: { name: 'syft', version: '1.57.1' },
  schema: { version: '16.1.13' },
});
process.stdout.write(report.slice(0, says.cutAfter ?? report.length));
`;
}
