import * as z from 'zod/mini';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Digest } from '../../domain/digest.ts';
import { isDigest } from '../../domain/digest.ts';
import type { ReportedPackage, ReportedInventory } from '../../domain/tool-inventory.ts';
import { readReported } from '../../domain/tool-inventory.ts';
import { parseReport } from '../image-tool/image-tool.ts';

const text = z.string();
const digest = z.custom<Digest>(isDigest, 'is no digest');

const packageSchema = z.object({
  Name: text,
  Version: z._default(text, ''),
  Release: z._default(text, ''),
  Epoch: z._default(z.number(), 0),
  Identifier: z.optional(z.object({ PURL: z.optional(text) })),
  FilePath: z._default(text, ''),
  Licenses: z.optional(z.nullable(z.array(text))),
});

const resultSchema = z.object({
  Target: z._default(text, ''),
  Class: z.optional(text),
  Packages: z.optional(z.nullable(z.array(packageSchema))),
});

/** The report of `trivy image --format json --list-all-pkgs` (schema version 2), the members that tell what is there. */
const reportSchema = z.object({
  SchemaVersion: z.literal(2),
  Trivy: z.optional(z.object({ Version: text })),
  Metadata: z.object({ ImageID: digest, DiffIDs: z.optional(z.array(digest)) }),
  Results: z.optional(z.nullable(z.array(resultSchema))),
});

/** Reads the packages out of a report of trivy. Of those of the operating system it does not say where they were seen. */
export function readTrivyPackages(bytes: Uint8Array): Parsed<ReportedInventory> {
  const parsed = reportSchema.safeParse(parseReport(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`is no report of trivy: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trimEnd());
  }
  const { Metadata, Results, Trivy } = parsed.data;
  const read = readReported((Results ?? []).flatMap(toReported));
  if (read.is === 'refused') return read;
  const subject = { config: Metadata.ImageID, diffIds: Metadata.DiffIDs, manifest: undefined };
  return accept({ version: Trivy?.Version ?? '', subject, ...read.value });
}

function toReported({ Target, Class, Packages }: z.output<typeof resultSchema>): readonly ReportedPackage[] {
  // The target of a result is the path of a file, whose packages then have none of their own, or a title.
  const isFile = Class === 'lang-pkgs' && !titles.has(Target);
  return (Packages ?? []).map(({ Name, Version, Release, Epoch, Identifier, FilePath, Licenses }) => {
    const [licence, ...more] = Licenses ?? [];
    const place = FilePath !== '' ? FilePath : isFile ? Target : '';
    return {
      name: Name,
      version: `${Epoch > 0 ? `${Epoch}:` : ''}${Version}${Release === '' ? '' : `-${Release}`}`,
      purl: Identifier?.PURL,
      places: place === '' ? [] : [place],
      ...(licence === undefined || more.length > 0 ? {} : { licence }),
    };
  });
}

/** Of results that are put together from many files (pkg/scan/langpkg/scan.go, "PkgTargets"). */
const titles: ReadonlySet<string> = new Set(['Python', 'Conda', 'Ruby', 'Node.js', 'Java', 'Kubernetes']);
