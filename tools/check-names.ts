import { runCheck } from './run-check.ts';
import { readSources } from './source-file.ts';

const forbidden: ReadonlySet<string> = new Set(
  'util utils helper helpers common shared misc core types manager managers service services base'.split(' '),
);

/** "credential-helper" is a word of the trade; "tag-helpers" is not. */
const forbiddenEndings: ReadonlySet<string> = new Set(
  'utils helpers manager managers service services misc'.split(' '),
);

/** Files and folders are kebab-case and none is called by a word that says nothing. */
export async function checkNames(root: string): Promise<readonly string[]> {
  const files = await readSources(root, ['src', 'tools', 'test']);
  return [...new Set(files.flatMap(({ path }) => problemsOf(path)))];
}

function problemsOf(path: string): readonly string[] {
  return path.split('/').flatMap((part, at, parts) => {
    const place = parts.slice(0, at + 1).join('/');
    const name = part.replace(/(?:\.(?:property\.test|test|contract))?\.ts$/, '');
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) return [`${place}: is not kebab-case`];
    const ending = name.split('-').at(-1) ?? '';
    const word = forbiddenEndings.has(ending) ? ending : name;
    return forbidden.has(word) ? [`${place}: "${word}" says nothing; name what is inside`] : [];
  });
}

if (import.meta.main) await runCheck(checkNames);
