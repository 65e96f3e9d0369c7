import type { Policy } from '../../policy/policy.ts';
import type { VersionFile } from '../../policy/version-file-policy.ts';
import type { Block } from './document.ts';
import { commands, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import type { ShellLine } from './shell.ts';
import { sh } from './shell.ts';

/** The files that name the version of the project, as they are set without Cutwater; nothing where there are none. */
export function versionEdits({ versionFiles }: Policy): readonly Block[] {
  if (versionFiles.length === 0) return [];
  const byEditor = versionFiles.flatMap((file) => (file.kind === 'pattern' ? [patternPlace(file)] : []));
  return [
    commands('hand', ...new Map(versionFiles.flatMap(linesFor).map((line) => [line.shell, line])).values()),
    ...(byEditor.length === 0 ? [] : [say(prose`And in an editor, ${enumerate(byEditor)}.`)]),
  ];
}

/** The version files by name: `Cargo.toml` and `frontend/package.json`. */
export function versionFileNames({ versionFiles }: Policy): Inline {
  return enumerate([...new Set(versionFiles.map(({ path }) => path))].map(code));
}

/** Lock files are brought in line by the tool that writes them. */
function linesFor({ path, kind }: VersionFile): readonly ShellLine[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  switch (kind) {
    case 'cargo-toml':
      return [
        sh`perl -pi -e 's/^(version\\s*=\\s*)"\\Q$ENV{PREVIOUS}\\E"/$1"$ENV{VERSION}"/' ${path}`,
        sh`cargo update --workspace --manifest-path ${path}`,
      ];
    case 'cargo-lock':
      return [sh`cargo update --workspace --manifest-path ${`${folder}Cargo.toml`}`];
    case 'package-json':
    case 'package-lock':
      return [
        sh`npm --prefix ${folder === '' ? '.' : folder.slice(0, -1)} version "$VERSION" --no-git-tag-version --allow-same-version`,
      ];
    case 'plain':
      return [sh`echo "$VERSION" > ${path}`];
    case 'pattern':
      return [];
  }
}

function patternPlace({ path, pattern }: Extract<VersionFile, { kind: 'pattern' }>): Inline {
  return prose`${code(pattern.replace('{version}', 'X.Y.Z'))} in ${code(path)}`;
}
