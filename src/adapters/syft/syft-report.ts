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

const artifactSchema = z.object({
  name: text,
  version: z._default(z.nullable(text), ''),
  purl: z.optional(text),
  locations: z.optional(z.nullable(z.array(z.object({ path: text })))),
  licenses: z.optional(
    z.nullable(z.array(z.object({ value: z._default(text, ''), spdxExpression: z.optional(text) }))),
  ),
});

/** The report of `syft scan --output syft-json` (schema 16), the members that are used. */
const reportSchema = z.object({
  descriptor: z.object({ name: z.literal('syft'), version: z._default(text, '') }),
  source: z.object({
    type: z.literal('image'),
    metadata: z.object({
      imageID: digest,
      manifestDigest: z.optional(digest),
      layers: z.optional(z.nullable(z.array(z.object({ digest })))),
    }),
  }),
  artifacts: z.array(artifactSchema),
});

/** Reads a report of syft in its own format, the only one of its formats that says of which image it is. */
export function readSyftReport(bytes: Uint8Array): Parsed<ReportedInventory> {
  const parsed = reportSchema.safeParse(parseReport(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`is no report of syft: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trimEnd());
  }
  const { artifacts, source, descriptor } = parsed.data;
  const { imageID: config, manifestDigest: manifest, layers } = source.metadata;
  const read = readReported(artifacts.map(toReported));
  if (read.is === 'refused') return read;
  // What it calls the digest of a layer is that of the layer without compression.
  const diffIds = layers?.map((layer) => layer.digest);
  return accept({ version: descriptor.version, subject: { config, diffIds, manifest }, ...read.value });
}

function toReported({ name, version, purl, locations, licenses }: z.output<typeof artifactSchema>): ReportedPackage {
  const [licence, ...more] = licenses ?? [];
  const stated = licence?.spdxExpression || licence?.value;
  return {
    name,
    version: version ?? '',
    purl,
    places: (locations ?? []).map(({ path }) => path),
    ...(stated === undefined || stated === '' || more.length > 0 ? {} : { licence: stated }),
  };
}
