import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { parseJsonObject, textMember } from '../oci-http/json-object.ts';
import type { GitlabApi } from './gitlab-api.ts';
import type { PackageFile } from './package-files.ts';
import { downloadPackageFile, uploadPackageFile } from './package-files.ts';

/** What a draft says. GitLab has no drafts: it is a file of the package, and each change of it a further one. */
export interface DraftText {
  readonly title: string;
  readonly notes: string;
}

const schema = 'cutwater.gitlab-draft/1';

/** `draft-1.json`, `draft-2.json`, ...: the highest number counts. Undefined for every other file. */
export function draftNumber(name: string): number | undefined {
  const found = /^draft-([1-9]\d{0,5})\.json$/.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

export function newestDraft(
  files: readonly PackageFile[],
): { readonly file: PackageFile; readonly number: number } | undefined {
  return files
    .flatMap((file) => {
      const number = draftNumber(file.name);
      return number === undefined ? [] : [{ file, number }];
    })
    .toSorted((left, right) => right.number - left.number)[0];
}

export async function readDraft(api: GitlabApi, tag: string, file: PackageFile): Promise<DraftText> {
  const chunks: Uint8Array[] = [];
  const what = `read the draft of release ${quote(tag)}`;
  if (file.size > 4 * 1024 * 1024) throw unreadable(what, `${file.size} bytes`);
  for await (const chunk of downloadPackageFile(api, tag, file)) chunks.push(chunk);
  const json = parseJsonObject(Buffer.concat(chunks));
  const [title, notes] = [json && textMember(json, 'title'), json?.['notes']];
  if (json?.['schema'] !== schema || title === undefined || typeof notes !== 'string')
    throw unreadable(what, `a file ${quote(file.name)} that is no draft`);
  return { title, notes };
}

/** Throws ASSET_CONFLICT where another run has written the same number with another text. */
export async function writeDraft(
  api: GitlabApi,
  tag: string,
  { number, text }: { readonly number: number; readonly text: DraftText },
): Promise<void> {
  const bytes = new TextEncoder().encode(canonicalJson({ schema, ...text }));
  const file = { name: `draft-${number}.json`, digest: digestOf(bytes), size: bytes.length };
  await uploadPackageFile(api, { tag, file, open: () => streamOf(bytes), mayAdd: () => Promise.resolve(true) });
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function unreadable(what: string, found: string): CutwaterError {
  return new CutwaterError('ASSET_CONFLICT', `Cannot ${what}: found ${found}`, {
    hint: 'Find out who wrote it into the package of the release',
  });
}
