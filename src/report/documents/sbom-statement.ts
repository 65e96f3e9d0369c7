import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import type { InTotoStatement } from '../../domain/release-statement.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';

/** Wraps a CycloneDX document about one platform's manifest; the document is the predicate, as cosign expects it. */
export function sbomStatement<Document extends Readonly<Record<string, unknown>>>(sbom: {
  /** `host/name`. */
  readonly image: string;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly digest: Digest;
  readonly document: Document;
}): InTotoStatement<Document> {
  return {
    _type: statementType,
    subject: [{ name: `${sbom.image}#${sbom.platform}`, digest: { sha256: hexOf(sbom.digest) } }],
    predicateType: predicateTypes.cyclonedx,
    predicate: sbom.document,
  };
}
