import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../domain/digest.ts';
import type { ScanDatabase, ScanReport } from '../../domain/scan-report.ts';
import type { Scanner } from '../../ports/scanner.ts';
import type { ImageTool } from '../image-tool/image-tool.ts';
import { brokenScanner, openImageTool, readReportFile, secondsNow } from '../image-tool/image-tool.ts';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { networkVariables } from '../image-tool/tool-place.ts';
import { writeDockerArchive } from './docker-archive.ts';
import type { OsvFacts } from './osv-report.ts';
import { readOsvReport } from './osv-report.ts';

/**
 * OSV-Scanner 2 (written after the sources of 2.6), with a configuration of its own. It asks osv.dev, which learns the
 * packages of the image; where OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY names a folder of databases it asks nobody, and the
 * oldest of them says how much is known.
 */
export function osvScanner(options: ImageToolOptions): Scanner {
  const broken = brokenScanner('osv-scanner');
  return {
    name: 'osv-scanner',
    async scan(target) {
      const named = { ...options, name: 'osv-scanner' };
      const tool = await openImageTool(named, target, { passed: passedVariables, own: () => ({}) });
      const file = await writeDockerArchive(target, tool.layout);
      const config = join(tool.home, 'osv-scanner.toml');
      await writeFile(config, '');
      const output = join(tool.home, 'report.json');
      const local = options.environment[localDatabases] ?? '';
      const database = await databaseIn(local);
      const told = new TextDecoder().decode((await tool.run(['--version'])).stdout);
      const version = /\b(\d+\.\d+\.\d+\S*)/.exec(told)?.[1];
      const startedAt = secondsNow();
      const offline = local !== '';
      const result = await tool.run(['scan', 'image', ...osvArguments({ file, output, config, offline })]);
      const facts: OsvFacts = { version, database, startedAt, finishedAt: secondsNow() };
      if (result.exitCode === nothingRecognised) return emptyReport(facts, tool.content);
      if (result.exitCode !== 0 && result.exitCode !== somethingFound) throw broken.ended(result);
      return broken.report(readOsvReport(await readReportFile(output, broken), facts), target);
    },
  };
}

// cmd/osv-scanner/internal/cmd/run.go; 127, 129 and 130 are failures of its own.
const somethingFound = 1;
const nothingRecognised = 128;

/** The words after `osv-scanner scan image`. */
export function osvArguments(of: {
  readonly file: string;
  readonly output: string;
  readonly config: string;
  readonly offline: boolean;
}): readonly string[] {
  return [
    `--config=${of.config}`,
    '--format=json',
    `--output-file=${of.output}`,
    '--all-packages',
    '--all-vulns',
    ...(of.offline ? ['--offline'] : []),
    '--archive',
    '--',
    of.file,
  ];
}

/** It writes no report where it recognises nothing, so the image is the one it was given. */
function emptyReport(facts: OsvFacts, { config, diffIds }: ImageTool['content']): ScanReport {
  const { version, ...told } = facts;
  return {
    scanner: { name: 'osv-scanner', version: version ?? 'unknown' },
    ...told,
    subject: { config, diffIds },
    system: undefined,
    packages: 0,
    systemPackages: 0,
    findings: [],
    filters: 'none',
    replayed: false,
    raw: digestOf(''),
  };
}

/** Each ecosystem's database is a file `osv-scanner/ECOSYSTEM/all.zip`, as old as its download. */
async function databaseIn(folder: string): Promise<ScanDatabase> {
  if (folder === '') return { is: 'live', service: 'https://api.osv.dev' };
  const root = join(folder, 'osv-scanner');
  const names = await readdir(root).catch(() => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(join(root, name, 'all.zip')).then(
        ({ mtimeMs }) => Math.floor(mtimeMs / 1000),
        () => undefined,
      ),
    ),
  );
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? { is: 'unknown' } : { is: 'dated', updatedAt: Math.min(...known), version: undefined };
}

const localDatabases = 'OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY';

const passedVariables: readonly string[] = [localDatabases, ...networkVariables];
