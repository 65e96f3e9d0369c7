import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { gitTagWriter } from '../adapters/git-cli/tag-writer.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import type { TagWorld } from '../engine/world.ts';
import type { CliContext } from './command.ts';
import { openProject } from './compose.ts';
import type { Project } from './project.ts';

/** Opens a project to sign evidence: this needs the remote, a person's git, and the registry where it may be written to. */
export async function openEvidenceProject(context: CliContext): Promise<Project<TagWorld>> {
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  const tagWriter = gitTagWriter({ folder: context.options.repo, environment: context.env });
  return { ...project, world: { ...project.world, tagWriter } };
}

/** Bytes of the largest report. */
const reportLimit = 64 * 1024;

/** A report of a validation, as a person names it. */
export async function readReportFile(
  context: CliContext,
  file: string,
): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const bytes = await readStart(resolve(context.cwd, file));
  if (bytes.length <= reportLimit) return { name: basename(file), bytes };
  throw new CutwaterError(
    'INPUT_INVALID',
    `Cannot read report ${quote(file)}: it has more than ${reportLimit} bytes, a report is smaller`,
    { hint: 'Give the report, not the log' },
  );
}

async function readStart(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(reportLimit + 1), 0, reportLimit + 1, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new CutwaterError('INPUT_INVALID', `Cannot read report ${quote(path)}: it is not there or not readable`, {
      hint: 'Name the file the validation wrote',
      cause: error,
    });
  }
}
