import type { Digest } from '../../src/domain/digest.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { ObjectId } from '../../src/domain/object-id.ts';
import { predicateTypes } from '../../src/domain/release-statement.ts';
import { writeBundle } from '../../src/engine/facts/signed-documents.ts';
import type { Attestor } from '../../src/ports/attestor.ts';
import { provenanceStatement } from '../../src/report/documents/provenance-statement.ts';
import { statementBytes } from '../../src/report/documents/statement.ts';
import { withRegistry } from './registry-writer.ts';

/** Attaches a provenance to an image of the registry that says it was built from this commit, signed by anybody. */
export async function attachProvenance(
  data: string,
  about: { readonly digest: Digest; readonly commit: ObjectId; readonly by: Attestor },
): Promise<void> {
  const { digest, commit, by } = about;
  const statement = provenanceStatement({
    buildType: 'https://example.org/build',
    builderId: 'https://example.org/builder',
    builder: 'assemble',
    builders: [],
    source: { kind: 'branch', name: 'main' },
    build: { commit, repository: undefined },
    policy: digestOf(''),
    baseImages: [],
    image: { name: 'embedded/tiny', index: digest, platforms: [] },
    binaries: [],
  });
  await withRegistry(data, async (repository) => {
    const subject = await repository.resolve(digest);
    if (subject === undefined) throw new Error(`${digest} is not in the registry`);
    const bundle = await by.signStatement(statementBytes(statement));
    await writeBundle(repository, bundle, { subject, predicateType: predicateTypes.provenance });
  });
}
